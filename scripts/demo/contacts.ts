// The register of the demo: whom to call at the invented organisations. Numbers with 0000 belong to
// nobody, and example.jp is kept for examples; the desks have no people.

import type { ContactEntry } from '@renkei/schema'
import { makeClient } from './client.ts'

interface Access {
  readonly apiUrl: string
  readonly keys: ReadonlyMap<string, string>
}

/** Has each invented organisation keep its contacts; a second run finds them as they are. */
export async function keepContacts({ apiUrl, keys }: Access): Promise<void> {
  for (const [organisationId, key] of invented(keys)) {
    await makeClient(apiUrl, key).send('POST', '/v1/contacts/import', {
      body: { contacts: contactsOf(organisationId) },
      headers: { 'if-match': '*' },
    })
  }
}

/** Prints how many contacts of `owner` each of the others may see. */
export async function showContacts(owner: string, { apiUrl, keys }: Access): Promise<void> {
  const seen: string[] = []
  for (const [organisationId, key] of invented(keys)) {
    const path = `/v1/contacts?organisation=${owner}`
    const { items } = (await makeClient(apiUrl, key).send('GET', path)) as { items: unknown[] }
    seen.push(`${organisationId} ${items.length}`)
  }
  console.log(`\nContacts of ${owner} that each may see without an agreement: ${seen.join(', ')}.`)
}

function invented(keys: ReadonlyMap<string, string>): [string, string][] {
  return [...keys].filter(([organisationId]) => organisationId.startsWith('demo-'))
}

function contactsOf(organisationId: string): ContactEntry[] {
  const email = (desk: string) =>
    ({ type: 'email', value: `${desk}@${organisationId}.example.jp` }) as const
  return [
    {
      role: 'nocDuty',
      name: 'NOC当直',
      channels: [
        { type: 'phone', value: '+81-3-0000-0001' },
        { type: 'satellitePhone', value: '+8816-0000-0001', note: '停電時' },
        email('noc'),
      ],
      hours: { kind: 'always' },
      languages: ['ja', 'en'],
    },
    {
      role: 'incidentManager',
      name: '障害統括デスク',
      channels: [{ type: 'mobile', value: '+81-90-0000-0002' }, email('incident')],
    },
    {
      role: 'securityDesk',
      name: 'セキュリティ窓口',
      channels: [email('csirt')],
      tlp: 'TLP:AMBER',
    },
    {
      role: 'publicRelations',
      name: '広報窓口',
      channels: [{ type: 'phone', value: '+81-3-0000-0003' }, email('press')],
      hours: {
        kind: 'weekly',
        windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', until: '18:00' }],
      },
    },
  ]
}
