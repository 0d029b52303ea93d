// What tests of the register share: contacts as a desk would keep them, and contacts that have grown old.

import { expect } from 'vitest'
import type { TestApi } from './build-test-app.ts'
import type { Call } from './call-api.ts'
import type { Party, PartyKind } from './parties.ts'
import type { Json } from './sample-report.ts'

export const base = '/v1/contacts'

/** A contact as it is sent. */
export const contact = (name: string, members: Json = {}): Json => ({
  role: 'nocDuty',
  name,
  channels: [
    { type: 'phone', value: '+81-3-0000-0000', note: '内線 1' },
    { type: 'email', value: 'noc@example.jp' },
  ],
  ...members,
})

export const matching = (etag: string | null) => ({ 'if-match': etag ?? '' })

/** Adds a contact, which must succeed. */
export async function add(party: Party, name: string, members: Json = {}) {
  const answer = await party.request(base, { json: contact(name, members) })
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 201 })
  const etag = answer.headers.get('etag')
  return { ...answer.body, path: `${base}/${answer.body.contactId}`, etag }
}

export const confirm = (party: Party, path: string, headers: Call['headers'] = {}) =>
  party.request(`${path}/confirm`, { method: 'POST', headers })

let parties = 0

/** A party of its own, so that a test meets only its own contacts. */
export const newParty = (api: TestApi, kind: PartyKind = 'carrier') => {
  parties += 1
  return api.addParty(`party-${parties}`, kind)
}

/** Makes a contact as old as if it had been confirmed so many days ago. */
export async function age(api: TestApi, contactId: string, days: number): Promise<void> {
  await api.db
    .updateTable('contacts')
    .set({ confirmed_at: new Date(Date.now() - days * 86_400_000) })
    .where('contact_id', '=', contactId)
    .execute()
}
