import { type Database, findOrganisation, openDatabase } from '@renkei/db'
import { createTestDatabase, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrganisationWish, saveOrganisation } from './organisation.ts'

let store: TestDatabase
let database: Database
const recorded: string[] = []

beforeAll(async () => {
  store = await createTestDatabase()
  database = openDatabase({
    url: store.url,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 10_000,
  })
})
afterAll(async () => {
  await database.close()
  await store.drop()
})

const save = (wish: OrganisationWish) =>
  saveOrganisation(database.db, wish, {
    now: new Date(),
    record: async (_, action) => void recorded.push(`${wish.organisationId} ${action}`),
  })
const read = (organisationId: string) => findOrganisation(database.db, organisationId)

test('an operator adds an organisation with its names and codes, and may change each of them and its kind', async () => {
  const organisationId = 'example-new'
  const said = await save({
    organisationId,
    name: 'Example New',
    nameJa: '例示新規',
    kind: 'mvno',
    codes: ['mccMnc:999-99', 'other:a:b'],
  })
  expect(said).toBe('example-new is added')
  const codes = [
    { scheme: 'mccMnc', value: '999-99' },
    { scheme: 'other', value: 'a:b' },
  ]
  expect(await read(organisationId)).toMatchObject({ nameJa: '例示新規', kind: 'mvno', codes })
  expect(await save({ organisationId, kind: 'carrier' })).toBe('example-new is changed')
  expect(await read(organisationId)).toMatchObject({ name: 'Example New', kind: 'carrier', codes })
  expect(await save({ organisationId })).toBe('example-new was there already')
  expect(recorded).toEqual(['example-new organisation.added', 'example-new organisation.changed'])
})

test.each<[string, OrganisationWish, RegExp]>([
  ['a code that no contract allows', { organisationId: 'UPPER' }, /CODE must be/],
  ['no name', { organisationId: 'example-half', kind: 'carrier' }, /--name/],
  ['no kind', { organisationId: 'example-half', name: 'x' }, /--kind/],
  [
    'a code of another form',
    { organisationId: 'example-half', name: 'x', kind: 'carrier', codes: ['mccMnc:99999'] },
    /three digits, a hyphen/,
  ],
  [
    'a scheme that is none',
    { organisationId: 'example-half', name: 'x', kind: 'carrier', codes: ['iata:EX'] },
    /one of micRegistration/,
  ],
])('an organisation with %s is refused and not added', async (_, wish, message) => {
  await expect(save(wish)).rejects.toThrow(message)
  expect(await read(wish.organisationId)).toBeUndefined()
})
