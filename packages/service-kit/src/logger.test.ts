import { describe, expect, it } from 'vitest'
import { describeError, withoutSecrets } from './logger.ts'

describe('a log line', () => {
  it('never holds a secret, neither as a field nor in an object', () => {
    const line = withoutSecrets({
      reportId: 'r',
      apiKey: 'rk_1',
      subscription: { subscriptionId: 's', secret: 'whsec_1' },
      headers: { authorization: 'Bearer rk_1', accept: '*/*' },
    })
    expect(line).toEqual({
      reportId: 'r',
      subscription: { subscriptionId: 's' },
      headers: { accept: '*/*' },
    })
  })

  it('keeps an error as it is, for the serializer to write', () => {
    const err = new Error('away')
    expect(withoutSecrets({ err }).err).toBe(err)
  })

  it('costs a flat line no copy', () => {
    const line = { reportId: 'r', level: 4 }
    expect(withoutSecrets(line)).toBe(line)
  })
})

describe('an error of Postgres in a log line', () => {
  const word = 'くれない二七一'
  const errorOf = (code: string, message: string) =>
    Object.assign(new Error(message), {
      severity: 'ERROR',
      routine: 'ExecConstraints',
      code,
      table: 'report_revisions',
      constraint: 'planted',
      detail: `Failing row contains (${word}).`,
      where: `JSON data, line 1: ${word}`,
      internalQuery: `SELECT '${word}'`,
      hint: word,
    })

  it('names table, constraint and code, and nothing of the row', () => {
    const described = describeError(errorOf('23514', 'new row violates check constraint "planted"'))
    expect(described).toMatchObject({
      code: '23514',
      message: 'new row violates check constraint "planted"',
      table: 'report_revisions',
      constraint: 'planted',
      stack: expect.stringMatching(/^ {4}at /),
    })
    expect(JSON.stringify(described)).not.toContain(word)
  })

  it.each(['22P02', 'P0001', 'XX000'])(
    'has no message when its kind may quote a value (%s)',
    (code) => {
      const failed = errorOf(code, `invalid input: "${word}"`)
      const described = describeError(new Error('not stored', { cause: failed }))
      expect(described).toMatchObject({ message: 'not stored', cause: { code } })
      expect(JSON.stringify(described)).not.toContain(word)
    },
  )
})
