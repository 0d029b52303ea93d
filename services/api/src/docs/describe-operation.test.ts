import { expect, test } from 'vitest'
import { describeOperation, describePath } from './describe-operation.ts'
import { answer, pathOf, problemResponse, published, queryOf } from './parts.ts'

const named = { operationId: 'readThing', summary: 'Read a thing' }
const route = { method: 'GET', url: '/v1/things/:thingId', schema: named, scope: undefined }

test('refuses a route that says neither what it is nor that it is hidden', () => {
  for (const schema of [{}, { operationId: 'readThing' }, { summary: 'Read a thing' }]) {
    expect(() => describeOperation({ ...route, schema })).toThrow('GET /v1/things/:thingId needs')
  }
})

test('a path is spelt with its parameters, and a wildcard cannot be described', () => {
  expect(describePath('/v1/things/:thingId/parts/:part')).toBe('/v1/things/{thingId}/parts/{part}')
  expect(() => describePath('/files/*')).toThrow('hide it')
})

test('parameters of the path are required, those of the query only when the route says so', () => {
  const schema = {
    ...named,
    params: pathOf('thingId'),
    querystring: queryOf({ from: { type: 'integer', description: 'Where.' }, to: {} }, ['from']),
  }
  expect(describeOperation({ ...route, schema })['parameters']).toEqual([
    { name: 'thingId', in: 'path', required: true, schema: schema.params.properties.thingId },
    {
      name: 'from',
      in: 'query',
      description: 'Where.',
      required: true,
      schema: { type: 'integer' },
    },
    { name: 'to', in: 'query', schema: {} },
  ])
})

test('a scope is asked for as a role of the bearer scheme, and a public route asks for nothing', () => {
  expect(describeOperation(route)).not.toHaveProperty('security')
  const bearer = ['feed:read']
  expect(describeOperation({ ...route, scope: 'feed:read' })['security']).toEqual([
    { bearer },
    { bearer, clientCertificate: [] },
    { bearer, signature: [] },
    { bearer, signature: [], clientCertificate: [] },
  ])
})

test('what is always signed can be called in no other way', () => {
  const { security } = describeOperation({ ...route, scope: 'admin', signed: true })
  expect(security).toEqual([
    { bearer: ['admin'], signature: [] },
    { bearer: ['admin'], signature: [], clientCertificate: [] },
  ])
})

test('answers keep their headers and schemas, and every route may answer with a problem', () => {
  const etag = { ETag: { schema: { type: 'string' } } }
  const response = {
    200: { ...answer('A thing.', published('report')), headers: etag },
    204: { description: 'Gone.', type: 'null' },
    404: problemResponse,
  }
  expect(describeOperation({ ...route, schema: { ...named, response } })['responses']).toEqual({
    200: {
      description: 'A thing.',
      headers: etag,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Report' } } },
    },
    204: { description: 'Gone.' },
    404: { $ref: '#/components/responses/Problem' },
    default: { $ref: '#/components/responses/Problem' },
  })
})
