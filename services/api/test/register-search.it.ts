// Searching the register, and the entries of organisations.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Call } from './call-api.ts'
import type { Party } from './parties.ts'
import { add, age, base, matching, newParty } from './register-party.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

describe('a search', () => {
  let party: Party
  beforeAll(async () => {
    party = await newParty(api)
    await add(party, '東京NOC 当直', { remark: 'Night shift' })
    await add(party, '広報室', {
      role: 'publicRelations',
      channels: [{ type: 'phone', value: '050-0000-4321' }],
    })
    const old = await add(party, '工事受付', {
      role: 'maintenance',
      channels: [{ type: 'fax', value: '03-0000-0001' }],
    })
    await age(api, old.contactId, 95)
  })
  const names = async (query: string, by = fixed) => {
    const path = `${base}?organisation=${party.organisationId}&${query}`
    const { status, body } = await by.request(path)
    expect({ status, body }).toMatchObject({ status: 200 })
    return body.items.map(({ name }: Json) => name)
  }

  test.each([
    ['q=noc', ['東京NOC 当直']],
    ['q=ＮＯＣ', ['東京NOC 当直']],
    ['q=night', ['東京NOC 当直']],
    ['q=05000004321', ['広報室']],
    ['q=0000-4321', ['広報室']],
    ['q=%25', []],
    ['role=maintenance', ['工事受付']],
    ['state=due', ['工事受付']],
    ['state=confirmed', ['東京NOC 当直', '広報室']],
    ['state=overdue', []],
    ['role=nocDuty&state=due', []],
  ])('by %s finds %j', async (query, found) => {
    expect(await names(query)).toEqual(found)
  })

  test('goes through everything in pages of any size', async () => {
    const seen: string[] = []
    let next = ''
    do {
      const { body } = await fixed.request(`${base}?limit=2${next && `&cursor=${next}`}`)
      seen.push(...body.items.map(({ contactId }: Json) => contactId))
      next = body.next ?? ''
    } while (next !== '')
    const whole = await fixed.request(`${base}?limit=200`)
    expect(seen).toEqual(whole.body.items.map(({ contactId }: Json) => contactId))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('refuses a cursor, a role and a parameter that are none', async () => {
    for (const query of ['cursor=x', 'role=boss', 'colour=red', 'limit=0', 'q=%00', 'q=a%0Ab']) {
      expect((await fixed.request(`${base}?${query}`)).status).toBe(400)
    }
  })
})

test('the cursor of a page names nothing of a contact that is hidden', async () => {
  const hidden = await newParty(api)
  const rows = await Promise.all(
    [1, 2, 3].map((order) => add(hidden, `hidden ${order}`, { order, tlp: 'TLP:RED' })),
  )
  // As many as are looked at for one page, so that it ends among them.
  const source = await api.db
    .selectFrom('contacts')
    .selectAll()
    .where('contact_id', '=', rows[2]?.contactId ?? '')
    .executeTakeFirstOrThrow()
  for (let organisation = 0; organisation < 3; organisation += 1) {
    const crowd = await newParty(api)
    await api.db
      .insertInto('contacts')
      .values(
        Array.from({ length: 1000 }, (_, index) => ({
          ...source,
          contact_id: randomUUID(),
          organisation_id: crowd.organisationId,
          call_order: index + 1,
          hours: JSON.stringify(source.hours),
          validity: null,
        })),
      )
      .execute()
  }
  const { status, body } = await fixed.request(`${base}?limit=200`)
  expect({ status, next: typeof body.next }).toEqual({ status: 200, next: 'string' })
  expect(body.next).not.toMatch(/party-|:/)
  expect(Buffer.from(body.next, 'base64url').toString('latin1')).not.toMatch(/party-/)
  const after = await fixed.request(`${base}?limit=200&cursor=${body.next}`)
  expect(after).toMatchObject({ status: 200 })
  expect(JSON.stringify(after.body.items)).not.toContain(hidden.organisationId)
})

test('a contact that was changed in the database is not shown, and hides no other', async () => {
  const party = await newParty(api)
  const [damaged, sound] = [await add(party, 'damaged'), await add(party, 'sound')]
  const { name } = await api.db
    .selectFrom('contacts')
    .select('name')
    .where('contact_id', '=', sound.contactId)
    .executeTakeFirstOrThrow()
  await api.db
    .updateTable('contacts')
    .set({ name })
    .where('contact_id', '=', damaged.contactId)
    .execute()
  const { status, body } = await fixed.request(`${base}?organisation=${party.organisationId}`)
  expect(status).toBe(200)
  expect(body.items.map(({ contactId }: Json) => contactId)).toEqual([sound.contactId])
})

describe('an organisation', () => {
  const path = (party: Party) => `/v1/organisations/${party.organisationId}`
  const patch = (party: Party, of: Party, json: Json, headers: Call['headers'] = {}) =>
    party.request(path(of), { method: 'PATCH', json, headers })

  test('changes its own name and codes, only as it has seen them', async () => {
    const party = await newParty(api)
    const { headers } = await party.request(path(party))
    const json = {
      name: 'Example 100%',
      nameJa: '例示ﾓﾊﾞｲﾙ',
      codes: [{ scheme: 'mccMnc', value: '999-98' }],
    }
    expect((await patch(party, party, json)).status).toBe(428)
    const changed = await patch(party, party, json, matching(headers.get('etag')))
    expect(changed).toMatchObject({ status: 200, body: { ...json, kind: 'carrier', revision: 2 } })
    expect((await patch(party, party, json, matching(headers.get('etag')))).status).toBe(412)
    expect((await fixed.request(path(party))).body).toEqual(changed.body)
    for (const query of [
      'q=例示モバイル',
      'q=100%25',
      'code=999-98',
      `q=${party.organisationId}`,
    ]) {
      const { body } = await fixed.request(`/v1/organisations?${query}`)
      expect(body.items.map(({ organisationId }: Json) => organisationId)).toEqual([
        party.organisationId,
      ])
    }
    for (const query of ['q=%00', 'code=%00']) {
      expect((await fixed.request(`/v1/organisations?${query}`)).status).toBe(400)
    }
    const { body: none } = await fixed.request('/v1/organisations?code=999-9')
    expect(none.items).toEqual([])
  })

  test('cannot give itself another kind, nor change another', async () => {
    const party = await newParty(api, 'vendor')
    const any = { 'if-match': '*' }
    expect((await patch(party, party, { kind: 'government' }, any)).status).toBe(422)
    const foreign = await patch(party, fixed, { name: 'x' }, any)
    const absent = await party.request('/v1/organisations/no-such', {
      method: 'PATCH',
      json: { name: 'x' },
      headers: any,
    })
    expect([foreign.status, absent.status]).toEqual([404, 404])
    expect(foreign.body.detail).toBe(absent.body.detail)
  })

  test('is found by members in pages, and by media only if it is their own', async () => {
    const media = await newParty(api, 'media')
    const found = async (party: Party) => {
      const ids: string[] = []
      let next = ''
      do {
        const { body } = await party.request(
          `/v1/organisations?limit=3${next && `&cursor=${next}`}`,
        )
        ids.push(...body.items.map(({ organisationId }: Json) => organisationId))
        next = body.next ?? ''
      } while (next !== '')
      return ids
    }
    const all = await found(fixed)
    expect(all).toEqual(expect.arrayContaining(['example-fixed', 'example-mobile']))
    expect(all).toEqual(all.toSorted())
    expect(await found(media)).toEqual([media.organisationId])
    const foreign = await media.request('/v1/organisations/example-fixed')
    const absent = await media.request('/v1/organisations/no-such')
    expect([foreign.status, foreign.body.detail]).toEqual([404, absent.body.detail])
  })
})
