// Who sees whose contacts: every kind of organisation, every label, with and without an agreement, by
// every way out of the register.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party, type PartyKind } from './parties.ts'
import { add, base } from './register-party.ts'
import type { Json } from './sample-report.ts'

const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

let api: TestApi
let owner: Party
const ids = new Map<string, string>()

beforeAll(async () => {
  api = await startTestApi()
  owner = await api.addParty('example-owner', 'carrier')
  for (const tlp of labels) ids.set(tlp, (await add(owner, `desk ${tlp}`, { tlp })).contactId)
})
afterAll(() => api.stop())

/** The labels that a party sees, the same by search, by identifier and in both exports. */
async function seenBy(party: Party): Promise<string[]> {
  const { body: list } = await party.request(`${base}?organisation=example-owner`)
  const seen = list.items.map(({ tlp }: Json) => tlp)
  for (const [tlp, contactId] of ids) {
    const { status } = await party.request(`${base}/${contactId}`)
    expect({ tlp, status }).toEqual({ tlp, status: seen.includes(tlp) ? 200 : 404 })
  }
  for (const format of ['json', 'csv']) {
    const { status, text } = await party.request(`${base}/export?of=all&format=${format}`)
    expect(status).toBe(200)
    for (const tlp of labels) {
      const marks = [`"name":"desk ${tlp}"`, `,desk ${tlp},`]
      expect({ tlp, found: marks.some((mark) => text.includes(mark)) }).toEqual({
        tlp,
        found: seen.includes(tlp),
      })
    }
  }
  expect((await party.request(`${base}/export`)).body).toEqual({ contacts: [] })
  return seen
}

describe('contacts of a carrier are seen by', () => {
  const cases: readonly [PartyKind, number, number][] = [
    // kind, labels without an agreement, labels with one up to TLP:AMBER
    ['carrier', 2, 3],
    ['government', 2, 3],
    ['emergencyAgency', 2, 3],
    ['ceptoar', 2, 3],
    ['mvno', 0, 3],
    ['vendor', 0, 3],
    ['contractor', 0, 3],
    ['media', 0, 0],
  ]
  test.each(cases)('%s: %i labels, by agreement %i', async (kind, without, agreed) => {
    const party = await api.addParty(`viewer-${kind.toLowerCase()}`, kind)
    expect(await seenBy(party)).toEqual(labels.slice(0, without))
    const other = await api.addParty(`other-${kind.toLowerCase()}`, kind)
    await agree(api, owner, other, { fieldSets: ['traffic', 'sensitive'], tlpMax: 'TLP:RED' })
    expect(await seenBy(other)).toEqual(labels.slice(0, without))
    await agree(api, owner, party, { fieldSets: ['contacts'], tlpMax: 'TLP:AMBER' })
    expect(await seenBy(party)).toEqual(labels.slice(0, agreed))
  })

  test('no party of an agreement that is over', async () => {
    const vendor = await api.addParty('former-vendor', 'vendor')
    const { agreementId } = await agree(api, owner, vendor, { fieldSets: ['contacts'] })
    expect(await seenBy(vendor)).toEqual(labels.slice(0, 3))
    await api.db
      .updateTable('agreements')
      .set({ valid_until: new Date(Date.now() - 1) })
      .where('agreement_id', '=', agreementId)
      .execute()
    expect(await seenBy(vendor)).toEqual([])
  })

  test('an agreement in one direction opens nothing in the other', async () => {
    const vendor = await api.addParty('one-way-vendor', 'vendor')
    await agree(api, vendor, owner, { fieldSets: ['contacts'], tlpMax: 'TLP:RED' })
    expect(await seenBy(vendor)).toEqual([])
  })
})

test('what is shown of others is on record with its owner', async () => {
  const reader = await api.addParty('audited-reader', 'carrier')
  await reader.request(`${base}/${ids.get('TLP:GREEN')}`)
  const rows = await api.db
    .selectFrom('audit_entries')
    .select(['action', 'object_ids', 'object_owner', 'detail'])
    .where('organisation_id', '=', 'audited-reader')
    .execute()
  expect(rows).toMatchObject([
    {
      action: 'contact.read',
      object_ids: [ids.get('TLP:GREEN')],
      object_owner: 'example-owner',
      detail: { audience: 'peer', fields: expect.arrayContaining(['channels']) },
    },
  ])
})
