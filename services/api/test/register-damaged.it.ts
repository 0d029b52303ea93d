// A contact whose content does not open stops nothing: the others are kept as before, and it can be
// replaced or removed.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { add, base, confirm, contact, newParty } from './register-party.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let party: Party
let sound: Json & { path: string }
let damaged: Json & { path: string }

const any = { 'if-match': '*' }
const send = (method: string, path: string, json?: Json) =>
  party.request(path, { method, headers: any, ...(json && { json }) })

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

beforeEach(async () => {
  party = await newParty(api)
  damaged = await add(party, 'damaged')
  sound = await add(party, 'sound')
  const { name } = await api.db
    .selectFrom('contacts')
    .select('name')
    .where('contact_id', '=', String(sound['contactId']))
    .executeTakeFirstOrThrow()
  await api.db
    .updateTable('contacts')
    .set({ name })
    .where('contact_id', '=', String(damaged['contactId']))
    .execute()
})

const order = async () => (await party.request(`${base}/order`)).body as Json
const ids = (...contacts: Json[]) => contacts.map(({ contactId }) => contactId)

describe('beside a contact that does not open', () => {
  test('another one is added, replaced, confirmed and removed', async () => {
    const third = await add(party, 'third')
    expect(third['order']).toBe(3)
    expect(await send('PUT', sound.path, contact('sound again'))).toMatchObject({ status: 200 })
    expect(await confirm(party, sound.path)).toMatchObject({ status: 200, body: { revision: 3 } })
    expect(await send('DELETE', sound.path)).toMatchObject({ status: 204 })
    expect(await order()).toEqual({ order: ids(damaged, third), unreadable: ids(damaged) })
  })

  test('no other takes its place, and all are put into a new order', async () => {
    const taken = await party.request(base, { json: contact('third', { order: 1 }) })
    expect(taken).toMatchObject({ status: 422, body: { errors: [{ rule: 'order.taken' }] } })
    const wanted = { ...(await order()), order: ids(sound, damaged) }
    const { status, body } = await send('PUT', `${base}/order`, wanted)
    expect({ status, body }).toEqual({ status: 200, body: wanted })
  })

  test('the export has the others and names it, and comes back without losing it', async () => {
    const { status, body } = await party.request(`${base}/export`)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { contacts: [{ name: 'sound' }], unreadable: ids(damaged) },
    })
    expect(await send('POST', `${base}/import`, body as Json)).toMatchObject({
      status: 200,
      body: { unchanged: 1, removed: [], unreadable: ids(damaged) },
    })
    const csv = await party.request(`${base}/export?format=csv`)
    expect(csv.text.trim().split('\r\n')).toHaveLength(2)
    expect(await order()).toMatchObject({ order: ids(damaged, sound) })
  })

  test('an import gives its place to no other, and removes it only by its name', async () => {
    const contacts = [contact('sound'), contact('new')]
    const kept = await send('POST', `${base}/import`, { contacts })
    expect(kept).toMatchObject({ status: 200, body: { unreadable: ids(damaged), removed: [] } })
    const placed = { contacts: [contact('sound', { order: 1 })] }
    expect(await send('POST', `${base}/import`, placed)).toMatchObject({
      status: 422,
      body: { errors: [{ row: 1, field: 'order', rule: 'order.taken' }] },
    })
    const remove = (contactId: unknown) =>
      send('POST', `${base}/import?remove=${String(contactId)}`, { contacts })
    expect(await remove(sound['contactId'])).toMatchObject({
      status: 422,
      body: { errors: [{ rule: 'import.remove' }] },
    })
    const gone = await remove(damaged['contactId'])
    expect(gone).toMatchObject({
      status: 200,
      body: { removed: [{ contactId: damaged['contactId'] }] },
    })
    expect(gone.body).not.toHaveProperty('unreadable')
    expect(await order()).not.toHaveProperty('unreadable')
  })
})

describe('a contact that does not open', () => {
  test('is confirmed and removed without being opened', async () => {
    const confirmed = await confirm(party, damaged.path)
    expect(confirmed.status).toBe(204)
    expect(confirmed.headers.get('etag')).toBe('"2"')
    const remove = await party.request(damaged.path, {
      method: 'DELETE',
      headers: { 'if-match': '"2"' },
    })
    expect(remove.status).toBe(204)
    expect(await order()).toEqual({ order: ids(sound) })
  })

  test.each([
    ['PUT', () => send('PUT', damaged.path, contact('mended'))],
    [
      'an import',
      () => {
        const named = contact('mended', { contactId: damaged['contactId'] as string })
        return send('POST', `${base}/import`, { contacts: [named, contact('sound')] })
      },
    ],
  ])('is readable again after %s gave its content anew', async (_, mend) => {
    expect(await mend()).toMatchObject({ status: 200 })
    expect(await party.request(damaged.path)).toMatchObject({
      status: 200,
      body: { name: 'mended', revision: 2, order: 1 },
    })
    expect(await order()).toEqual({ order: ids(damaged, sound) })
  })

  test('is no more there than any other for who may not see it', async () => {
    const media = await newParty(api, 'media')
    expect((await media.request(damaged.path)).status).toBe(404)
  })
})
