import { describe, expect, test } from 'vitest'
import { badParameter, DomainError } from './domain-error.ts'
import { problemTypes, type ProblemSlug } from './problem-types.ts'
import { problemBody, refusalHeaders, toDomainError } from './problem.ts'

const slugs = Object.keys(problemTypes) as ProblemSlug[]

describe('the table of problems', () => {
  test.each(slugs)(
    '%s can be a URL, has a status of an error and words in both languages',
    (slug) => {
      const { status, title, titleJa, remedy } = problemTypes[slug]
      expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(600)
      expect(title).toMatch(/^[A-Z]/)
      expect(titleJa).toMatch(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u)
      expect(remedy.length).toBeGreaterThan(20)
    },
  )
})

describe('an error becomes', () => {
  const coded = (code: string, members: object = {}) =>
    Object.assign(new Error('relation "reports" of SELECT at file.ts:1'), { code, ...members })
  const cases: readonly [string, unknown, ProblemSlug][] = [
    ['a refusal of ours', new DomainError('not-found', 'nothing'), 'not-found'],
    ['a lost connection', new Error('Connection terminated unexpectedly'), 'overloaded'],
    ['a refused connection', coded('ECONNREFUSED'), 'overloaded'],
    ['a server that shuts down', coded('57P01'), 'overloaded'],
    ['a statement beyond its time', coded('57014'), 'overloaded'],
    ['a full disk of the database', coded('53100'), 'overloaded'],
    ['a cause that is one of these', new Error('x', { cause: coded('08006') }), 'overloaded'],
    ['a body too large', coded('FST_ERR_CTP_BODY_TOO_LARGE'), 'too-large'],
    ['another media type', coded('FST_ERR_CTP_INVALID_MEDIA_TYPE'), 'unsupported-media-type'],
    [
      'a request the framework refuses',
      coded('FST_ERR_OTHER', { statusCode: 400 }),
      'invalid-request',
    ],
    ['a broken constraint', coded('23514'), 'internal'],
    ['a bug', new TypeError('x is undefined'), 'internal'],
    ['what is no error', 'thrown', 'internal'],
    ['nothing', undefined, 'internal'],
  ]
  test.each(cases)('%s', (_, error, slug) => {
    expect(toDomainError(error).slug).toBe(slug)
  })

  test('one sentence without our insides, when it is ours', () => {
    const { details } = toDomainError(coded('23514'))
    expect(details.detail).toBe('The request could not be completed.')
    expect(details.errors).toBeUndefined()
  })

  test('a time to come back, when the database is away', () => {
    expect(refusalHeaders(toDomainError(coded('ECONNREFUSED')))).toEqual({ 'retry-after': '2' })
  })

  test('the faults of its parameters, by name', () => {
    const error = Object.assign(new Error('x'), {
      code: 'FST_ERR_VALIDATION',
      validationContext: 'querystring',
      validation: [
        { instancePath: '/limit', keyword: 'maximum', message: 'must be <= 200', params: {} },
        {
          instancePath: '',
          keyword: 'additionalProperties',
          message: 'must NOT have additional properties',
          params: { additionalProperty: 'colour' },
        },
      ],
    })
    const { slug, details } = toDomainError(error)
    expect(slug).toBe('invalid-request')
    expect(details.errors).toMatchObject([
      { pointer: 'querystring/limit', rule: 'maximum' },
      { detail: expect.stringContaining('colour') },
    ])
  })
})

test('a problem document has what RFC 9457 asks for, our members, and the request', () => {
  const refusal = new DomainError('changed-meanwhile', {
    detail: 'Revision 3 is current.',
    members: { currentRevision: 3 },
    headers: { etag: '"3"' },
  })
  expect(problemBody(refusal, 'r-1', 'https://renkei.test')).toEqual({
    type: 'https://renkei.test/problems/changed-meanwhile',
    title: 'It was changed since it was read',
    status: 412,
    code: 'changed-meanwhile',
    detail: 'Revision 3 is current.',
    requestId: 'r-1',
    currentRevision: 3,
  })
  expect(refusalHeaders(refusal)).toEqual({ etag: '"3"' })
})

test('a parameter at fault is named like a fault of a body', () => {
  const refusal = badParameter('limit', 'range', 'limit is too large')
  expect(problemBody(refusal, 'r-1', '')).toMatchObject({
    status: 400,
    errors: [{ pointer: 'limit', rule: 'range', detail: 'limit is too large' }],
  })
})
