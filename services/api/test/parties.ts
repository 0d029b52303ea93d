// Organisations of a test with their keys: each talks to an API as its own systems would.

import { addOrganisation, createKey, type Database, type Scope, scopes } from '@renkei/db'
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
