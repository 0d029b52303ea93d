// Organisations of a test with their keys: each talks to an API as its own systems would.

import { addOrganisation, createKey, type Database, type Scope, scopes } from '@renkei/db'
import type { Agreement } from '@renkei/schema'
import { agree as agreeInDatabase, type AgreedTerms } from '../../../test/support/agree.ts'
import { callApi, type Call, type TestAnswer } from './call-api.ts'

export type PartyKind = Parameters<typeof addOrganisation>[1]['kind']

export interface Party {
  readonly organisationId: string
  readonly keyId: string
  readonly apiKey: string
  /** A request with this party's key. */
  request(path: string, call?: Call): Promise<TestAnswer>
  /** The same party talking to another API of the same database. */
  at(api: { readonly url: string }): Party
}

export interface NewParty {
  readonly code: string
  readonly kind: PartyKind
  readonly scopes?: readonly Scope[] | undefined
  readonly expiresAt?: Date | null
}

const ordinaryScopes = scopes.filter((scope) => scope !== 'admin')

/** Makes the organisation, unless there is one, and a key of its own for this party. */
export async function addParty(
  api: { readonly db: Database['db']; readonly url: string },
  { code, kind, scopes = ordinaryScopes, expiresAt = null }: NewParty,
): Promise<Party> {
  await addOrganisation(api.db, { organisationId: code, name: code, kind })
  const key = { organisationId: code, label: 'test', scopes, expiresAt }
  return makeParty(code, await createKey(api.db, key), api.url)
}

/** Has two parties agree that TLP:AMBER, unless told otherwise, flows from the one to the other. */
export function agree(
  api: { readonly db: Database['db'] },
  from: Party,
  to: Party,
  terms?: AgreedTerms,
): Promise<Agreement> {
  return agreeInDatabase(api.db, from.organisationId, to.organisationId, terms)
}

function makeParty(code: string, key: { keyId: string; apiKey: string }, url: string): Party {
  return {
    organisationId: code,
    ...key,
    request: (path, call = {}) =>
      callApi(url, path, {
        ...call,
        headers: { authorization: `Bearer ${key.apiKey}`, ...call.headers },
      }),
    at: (api) => makeParty(code, key, api.url),
  }
}
