// The OpenAPI and the AsyncAPI document are right by their own standards, whole, and always the same.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateApiDocuments } from '../../../scripts/generators/api-documents.ts'
import { feedParameters } from '../src/feed/feed-query.ts'
import { closeCodes } from '../src/feed/feed-session.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { type Json, operationsOf, partAt, referencesIn } from './read-documents.ts'

let api: TestApi
let openApi: Json
let asyncApi: Json

beforeAll(async () => {
  api = await startTestApi()
  openApi = (await api.request('/openapi.json')).body
  asyncApi = (await api.request('/asyncapi.json')).body
})
afterAll(() => api.stop())

test('OpenAPI is valid by its own schema', async () => {
  const result = await new Validator().validate(structuredClone(openApi))
  expect(result).toEqual({ valid: true })
  expect(openApi['openapi']).toMatch(/^3\.1\./)
})

test('AsyncAPI is valid by its own schema', () => {
  const specs = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json')
  const ajv = new Ajv.Ajv({ strict: false, meta: false, validateSchema: false, logger: false })
  const validate = ajv.compile(JSON.parse(readFileSync(specs, 'utf8')))
  expect(validate(asyncApi), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
})

test('every reference leads to a part of the same document', () => {
  for (const document of [openApi, asyncApi]) {
    const references = [...new Set(referencesIn(document))]
    expect(references.length).toBeGreaterThan(50)
    expect(references.filter((to) => partAt(document, to) === undefined)).toEqual([])
  }
})

test('operation identifiers are unique, and each operation can be refused', () => {
  const operations = operationsOf(openApi).map(({ operation }) => operation)
  const ids = operations.map((operation) => operation['operationId'])
  expect(new Set(ids).size).toBe(ids.length)
  for (const { responses } of operations) {
    expect(partAt(responses, '#/default/$ref')).toBe('#/components/responses/Problem')
  }
})

test('they are the same each time they are made, and those that are served', async () => {
  const files = await generateApiDocuments()
  expect(await generateApiDocuments()).toEqual(files)
  for (const [name, served] of Object.entries({ openapi: openApi, asyncapi: asyncApi })) {
    const text = files.get(`docs/reference/${name}.json`) ?? ''
    const here = JSON.stringify(served, null, 2).replaceAll('renkei.test', 'renkei.example')
    expect(text.split('\n')).toEqual(`${here}\n`.split('\n'))
  }
})

test('the titles in Japanese and the examples of the contract are kept', () => {
  expect(partAt(openApi, '#/components/schemas/Impact/x-title-ja')).toBe('影響')
  const report = partAt(openApi, '#/components/schemas/Report/examples')
  expect(report).toMatchObject([{ messageStatus: 'actual' }])
  expect(partAt(asyncApi, '#/components/schemas/ReportView/x-title-ja')).toMatch(/報告/)
})

test('every example in OpenAPI holds', () => {
  const ajv = formats.default(new Ajv2020.Ajv2020({ strict: false }))
  expect(faultyExamples(ajv, openApi)).toEqual([])
  const webhooks = Object.values(openApi['webhooks'] as Record<string, Json>)
  const bodies = webhooks.map((hook) => partAt(hook, '#/post/requestBody/content'))
  const problems = partAt(openApi, '#/components/responses/Problem/content')
  for (const content of [...bodies, problems]) {
    const [{ schema, examples } = {}] = Object.values(content as Record<string, Json>)
    const holds = ajv.compile(within(schema as Json))
    const values = Object.values(examples as Record<string, Json>).map(({ value }) => value)
    expect(values.length).toBeGreaterThan(0)
    expect(values.filter((value) => !holds(value))).toEqual([])
  }
})

test('every example in AsyncAPI holds for a reader that knows draft-07 only', () => {
  const ajv = formats.default(new Ajv.Ajv({ strict: false }))
  expect(faultyExamples(ajv, asyncApi)).toEqual([])
  const messages = Object.entries(partAt(asyncApi, '#/components/messages') as Json)
  const faulty = messages.filter(([, message]) => {
    const { payload, examples = [] } = message as { payload: Json; examples?: Json[] }
    const holds = ajv.compile(within(payload))
    return !examples.every((example) => holds(example['payload']))
  })
  expect(faulty.map(([name]) => name)).toEqual([])
})

test('a reader of AsyncAPI that knows draft-07 only still refuses what the contract refuses', () => {
  const ajv = formats.default(new Ajv.Ajv({ strict: false }))
  ajv.addSchema({ $id: documentId, components: asyncApi['components'] })
  const [example] = partAt(asyncApi, '#/components/schemas/Event/examples') as Json[]
  const holds = ajv.compile(within({ $ref: '#/components/schemas/ReportCreatedEvent' }))
  expect(holds(example)).toBe(true)
  const wrong = { level: 5, tlp: 'TLP:WHITE', type: 'jp.renkei.report.updated.v1', data: {} }
  for (const [name, value] of Object.entries({ ...wrong, feedcursor: '42', time: 'today' })) {
    expect({ name, taken: holds({ ...example, [name]: value }) }).toEqual({ name, taken: false })
  }
})

test('every close code and every parameter of the feed is explained, also in the reference', () => {
  const explained = partAt(asyncApi, '#/channels/feed/x-close-codes') as Json[]
  const codes = new Set<unknown>(Object.values(closeCodes))
  expect(new Set(explained.map(({ code }) => code))).toEqual(codes)
  const reference = readFileSync(new URL('../../../docs/feed.md', import.meta.url), 'utf8')
  const rows = [...reference.matchAll(/^\| (\d{4}) \|/gm)].map(([, code]) => Number(code))
  expect(new Set<unknown>(rows)).toEqual(codes)
  for (const name of Object.keys(feedParameters)) expect(reference).toContain(`| \`${name}\` |`)
})

const documentId = 'https://document.test/'

/** Examples of the component schemas that do not hold; the document is added to the validator. */
function faultyExamples(ajv: Ajv.Ajv, document: Json): string[] {
  ajv.addSchema({ $id: documentId, components: document['components'] })
  const components = Object.entries(partAt(document, '#/components/schemas') as Json)
  const faults = components.flatMap(([name, schema]) => {
    const { examples = [] } = schema as { examples?: unknown[] }
    const holds = ajv.compile(within({ $ref: `#/components/schemas/${name}` }))
    return examples.filter((example) => !holds(example)).map(() => name)
  })
  expect(components.some(([, schema]) => 'examples' in (schema as Json))).toBe(true)
  return faults
}

/** A schema of a document, with its references from outside. */
function within(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${documentId}#/`))
}
