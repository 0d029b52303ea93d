// Contacts of the register and their order, on a real database.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Call } from './call-api.ts'
import type { Party } from './parties.ts'
import { add, age, base, confirm, contact, matching, newParty } from './register-party.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_CONTACTS_MAX: '12' } })
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

describe('a contact', () => {
  test('comes back as it was sent, with the defaults, confirmed by who added it', async () => {
    const sent = contact('NOC当直', {
      hours: {
        kind: 'weekly',
        windows: [{ days: ['mon'], from: '18:00', until: '09:00' }],
        onHolidays: true,
      },
      languages: ['ja', 'en'],
      remark: '夜間は代表番号から',
      tlp: 'TLP:AMBER',
      validity: { from: '2026-04-01T00:00:00+09:00' },
    })
    const party = await newParty(api)
    const answer = await party.request(base, { json: sent })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe(`${base}/${answer.body.contactId}`)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.body).toMatchObject({
      ...sent,
      organisation: party.organisationId,
      order: 1,
      confirmedBy: party.keyId,
      confirmation: { state: 'confirmed', ageDays: 0 },
    })
    expect((await party.request(`${base}/${answer.body.contactId}`)).body).toEqual(answer.body)
    expect(await add(party, 'second')).toMatchObject({
      order: 2,
      hours: { kind: 'always' },
      languages: ['ja'],
      tlp: 'TLP:GREEN',
    })
  })

  test('is refused with all its faults at once', async () => {
    const json = { role: 'boss', name: 'a\u0007', channels: [{ type: 'phone', value: '12' }] }
    const { status, body } = await mobile.request(base, { json })
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'invalid-register-entry' })
    expect(body.errors.map(({ pointer }: Json) => pointer).sort()).toEqual(['/name', '/role'])
  })

  test('has a place and a name that no other of its organisation has', async () => {
    const party = await newParty(api)
    await add(party, 'NOC', { order: 3 })
    const { status, body } = await party.request(base, { json: contact('ＮＯＣ', { order: 3 }) })
    expect({ status, errors: body.errors }).toMatchObject({
      status: 422,
      errors: [
        { pointer: '/name', rule: 'contact.duplicate' },
        { pointer: '/order', rule: 'order.taken' },
      ],
    })
    expect(await add(await newParty(api), 'NOC', { order: 3 })).toMatchObject({ order: 3 })
    expect(await add(party, 'NOC', { role: 'maintenance' })).toMatchObject({ order: 4 })
  })

  test('is changed only by who has seen what is there', async () => {
    const party = await newParty(api)
    const { path, etag } = await add(party, 'NOC')
    const put = (name: string, headers: Call['headers'] = {}) =>
      party.request(path, { method: 'PUT', json: contact(name), headers })
    expect(await put('a')).toMatchObject({ status: 428 })
    expect(await put('a', { 'if-match': 'W/"1"' })).toMatchObject({ status: 400 })
    const answers = await Promise.all([put('a', matching(etag)), put('b', matching(etag))])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]))
    const won = answers.find(({ status }) => status === 200)!
    const lost = answers.find(({ status }) => status === 412)!
    expect(lost.body.code).toBe('changed-meanwhile')
    expect(lost.headers.get('etag')).toBe('"2"')
    expect((await party.request(path)).body).toEqual(won.body)
    expect(await put('c', { 'if-match': '*' })).toMatchObject({
      status: 200,
      body: { revision: 3, order: 1 },
    })
  })

  test('is removed only by who has seen what is there, and is gone', async () => {
    const party = await newParty(api)
    const { path, etag } = await add(party, 'NOC')
    const remove = (headers: Call['headers'] = {}) =>
      party.request(path, { method: 'DELETE', headers })
    expect((await remove()).status).toBe(428)
    expect((await remove({ 'if-match': '"9"' })).status).toBe(412)
    expect((await remove(matching(etag))).status).toBe(204)
    expect((await party.request(path)).status).toBe(404)
    expect((await remove({ 'if-match': '*' })).status).toBe(404)
  })

  test('of another organisation is not there to be changed, and says no more than one that is not', async () => {
    const { path, etag } = await add(await newParty(api), 'NOC')
    const absent = `${base}/01985a80-1c00-7d11-8a22-3b33c44d55e6`
    const calls: [string, string, Json?][] = [
      ['PUT', '', contact('mine')],
      ['DELETE', ''],
      ['POST', '/confirm'],
    ]
    for (const [method, suffix, json] of calls) {
      const call = { method, headers: matching(etag), ...(json && { json }) }
      const foreign = await fixed.request(`${path}${suffix}`, call)
      const none = await fixed.request(`${absent}${suffix}`, call)
      const told = ({ status, body }: typeof none) => ({ status, ...body, requestId: '' })
      expect(told(foreign)).toMatchObject({ status: 404 })
      expect(told(foreign)).toEqual(told(none))
    }
    expect((await fixed.request(path)).body).toMatchObject({ name: 'NOC', revision: 1 })
  })

  test('is confirmed, by whom is shown to its own organisation only', async () => {
    const party = await newParty(api)
    const { path, contactId, etag } = await add(party, 'NOC')
    await age(api, contactId, 200)
    expect((await fixed.request(path)).body.confirmation).toMatchObject({
      state: 'overdue',
      ageDays: 200,
    })
    expect((await confirm(party, path, { 'if-match': '"7"' })).status).toBe(412)
    const { status, body } = await confirm(party, path, matching(etag))
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { revision: 2, confirmedBy: party.keyId, confirmation: { state: 'confirmed' } },
    })
    const seen = (await fixed.request(path)).body
    expect(seen.confirmation).toEqual(body.confirmation)
    expect(seen).not.toHaveProperty('confirmedBy')
  })

  test('beyond the limit is refused, also when many come at once', async () => {
    const party = await newParty(api)
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, number) =>
        party.request(base, { json: contact(`NOC ${number}`) }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(12)
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
    const { body } = await party.request(`${base}/order`)
    expect(body.order).toHaveLength(12)
  })

  test('leaves nothing of its name, channels and remark in the database in plain text', async () => {
    const { contactId } = await add(mobile, '極秘当直', {
      remark: '極秘備考',
      channels: [{ type: 'phone', value: '+81-3-0000-9876', note: '極秘内線' }],
    })
    const rows = await api.db
      .selectFrom('contacts')
      .selectAll()
      .where('contact_id', '=', contactId)
      .execute()
    expect(rows).toHaveLength(1)
    const text = JSON.stringify(rows)
    expect(text).not.toMatch(/極秘|0000-9876/)
    for (const column of ['name', 'channels', 'remark'] as const) {
      expect(rows[0]![column]).toMatch(/^v1\./)
    }
    const trail = await api.db
      .selectFrom('audit_entries')
      .select(['detail', 'object_ids'])
      .execute()
    expect(JSON.stringify(trail)).not.toMatch(/極秘|0000-9876/)
  })

  test('leaves an entry in the audit trail for every change', async () => {
    const party = await newParty(api)
    const { path, etag, contactId } = await add(party, 'NOC')
    await party.request(path, { method: 'PUT', json: contact('a'), headers: matching(etag) })
    await confirm(party, path)
    await party.request(path, { method: 'DELETE', headers: { 'if-match': '*' } })
    const rows = await api.db
      .selectFrom('audit_entries')
      .select(['action', 'key_id', 'object_owner', 'object_ids'])
      .where('organisation_id', '=', party.organisationId)
      .where('chain', '=', 'write')
      .orderBy('seq')
      .execute()
    expect(rows.map(({ action }) => action)).toEqual([
      'contact.added',
      'contact.changed',
      'contact.confirmed',
      'contact.removed',
    ])
    for (const row of rows) {
      expect(row).toMatchObject({
        key_id: party.keyId,
        object_owner: party.organisationId,
        object_ids: [contactId],
      })
    }
  })
})

describe('the order of contacts', () => {
  const path = `${base}/order`
  const reorder = (party: Party, order: readonly string[], headers: Call['headers'] = {}) =>
    party.request(path, { method: 'PUT', json: { order }, headers })

  test('is changed as a whole, and of two at once one is told that it was changed', async () => {
    const party = await newParty(api)
    for (const name of ['a', 'b', 'c', 'd']) await add(party, name)
    const { body, headers } = await party.request(path)
    const [a, b, c, d] = body.order as [string, string, string, string]
    const answers = await Promise.all([
      reorder(party, [d, c, b, a], matching(headers.get('etag'))),
      reorder(party, [b, a, d, c], matching(headers.get('etag'))),
    ])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]))
    const won = answers.find(({ status }) => status === 200)!
    const after = await party.request(path)
    expect(after.body).toEqual(won.body)
    expect(after.headers.get('etag')).toBe(won.headers.get('etag'))
    const { body: list } = await party.request(`${base}?organisation=${party.organisationId}`)
    expect(list.items.map(({ contactId, order }: Json) => [contactId, order])).toEqual(
      won.body.order.map((contactId: string, index: number) => [contactId, index + 1]),
    )
  })

  test('has every contact once and none of another organisation', async () => {
    const party = await newParty(api)
    const [own, second] = [await add(party, 'a'), await add(party, 'b')]
    const foreign = await add(await newParty(api), 'c')
    const any = { 'if-match': '*' }
    for (const order of [
      [own.contactId],
      [own.contactId, foreign.contactId],
      [own.contactId, second.contactId, foreign.contactId],
    ]) {
      const { status, body } = await reorder(party, order, any)
      expect({ status, rule: body.errors?.[0].rule }).toEqual({
        status: 422,
        rule: 'order.complete',
      })
    }
    expect((await reorder(party, [second.contactId, own.contactId])).status).toBe(428)
    expect((await reorder(party, [second.contactId, own.contactId], any)).status).toBe(200)
  })
})

test('reading needs reports:read, keeping contacts.write', async () => {
  const reader = await api.addParty('example-mobile', 'carrier', ['reports:read'])
  const keeper = await api.addParty('example-mobile', 'carrier', ['contacts:write'])
  expect((await reader.request(base)).status).toBe(200)
  expect((await reader.request(base, { json: contact('x') })).status).toBe(403)
  expect((await keeper.request(base)).status).toBe(403)
  expect((await keeper.request(`${base}/order`)).status).toBe(200)
})
