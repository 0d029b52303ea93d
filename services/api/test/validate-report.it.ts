// Checking a report shows what would leave, and no more of others than the caller may read anyway.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedEntries } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { type Json, vectorReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  await api.addParty('example-press', 'media')
})
afterAll(() => api.stop())

async function check(party: Party, owners: readonly string[]) {
  const leak = { owners: [party.organisationId, ...owners], information: ['access'] }
  const json = {
    ...vectorReport(party.organisationId, 'initial-leak'),
    leak,
    tlp: 'TLP:AMBER+STRICT',
  }
  const { status, body } = await party.request('/v1/reports/validate', { json })
  expect({ status, body }).toMatchObject({ status: 200, body: { valid: true } })
  return body as Json & { partners?: Json[] }
}

test('who may only write is shown no agreement and nobody that is registered', async () => {
  const writer = await api.addParty('example-mobile', 'carrier', ['reports:write'])
  await agree(api, mobile, fixed, { kinds: ['leak'] })
  const body = await check(writer, ['example-fixed', 'nobody-there'])
  expect(body.partners).toBeUndefined()
  expect(body).toMatchObject({ views: { owner: { kind: 'leak' } } })
})

test('who may read is shown its agreements, and that it was shown them is on record', async () => {
  const isp = await api.addParty('example-isp', 'carrier')
  const { agreementId } = await agree(api, isp, fixed, { kinds: ['leak'] })
  const admin = await api.addParty('example-isp', 'carrier', ['admin'])
  for (const party of [isp, admin]) {
    const { partners } = await check(party, [])
    expect(partners).toMatchObject([{ organisation: 'example-fixed', agreementId }])
  }
  const entries = await storedEntries(api, 'report.validated')
  const ofIsp = entries.filter(({ organisation_id: id }) => id === 'example-isp')
  const shown = { object_type: 'agreement', object_ids: [agreementId], object_owner: 'example-isp' }
  expect(ofIsp).toMatchObject([shown, shown])
})

test('a check that shows nothing that is stored is on record, too', async () => {
  const alone = await api.addParty('example-alone', 'carrier')
  await check(alone, [])
  const entries = await storedEntries(api, 'report.validated')
  const own = entries.filter(({ organisation_id: id }) => id === 'example-alone')
  expect(own).toMatchObject([{ object_type: 'report', object_owner: 'example-alone' }])
})

test('an owner of which the register shows nothing is shown as if there were none', async () => {
  const press = await api.addParty('example-daily', 'media')
  const codes = ['nobody-there', 'example-fixed', 'example-press']
  const { partners } = await check(press, codes)
  const [unknown, ...others] = (partners ?? []).map(({ organisation: _, ...rest }) => rest)
  expect(unknown).toMatchObject({ ifRegistered: true, read: { kind: 'leak' } })
  expect(unknown).not.toHaveProperty('audience')
  expect(others).toEqual([unknown, unknown])
})

test('a member sees as what the owners are concerned that it may look up, and the others if registered', async () => {
  const { partners } = await check(fixed, ['nobody-there', 'example-mobile'])
  const [unknown, known] = ['nobody-there', 'example-mobile'].map((code) =>
    partners?.find(({ organisation }) => organisation === code),
  )
  expect(unknown).toMatchObject({ organisation: 'nobody-there', ifRegistered: true })
  expect(known).toMatchObject({ organisation: 'example-mobile', audience: 'peer' })
  expect(known).not.toHaveProperty('ifRegistered')
  expect(known?.['read']).toEqual(unknown?.['read'])
})
