// Who takes part: carriers that report, and carriers that listen, with keys of their own.

import { addOrganisation, createKey, openDatabase } from '@renkei/db'
import type { Scope } from '@renkei/db'

export interface Parties {
  /** Organisation and API key. */
  readonly reporters: readonly Party[]
  readonly listeners: readonly Party[]
}

export interface Party {
  readonly organisationId: string
  readonly apiKey: string
}

/** Registers so many of each. */
export async function registerParties(
  databaseUrl: string,
  counts: { readonly reporters: number; readonly listeners: number },
): Promise<Parties> {
  const { db, close } = openDatabase({
    url: databaseUrl,
    applicationName: 'renkei-faults',
    connectionsMax: 1,
    statementTimeoutMs: 10_000,
  })
  const register = async (kind: string, count: number, scopes: readonly Scope[]) => {
    const parties: Party[] = []
    for (let index = 0; index < count; index += 1) {
      const organisationId = `${kind}-${index}`
      await addOrganisation(db, { organisationId, name: organisationId, kind: 'carrier' })
      const key = { organisationId, label: 'faults', scopes, expiresAt: null }
      parties.push({ organisationId, apiKey: (await createKey(db, key)).apiKey })
    }
    return parties
  }
  try {
    return {
      reporters: await register('reporter', counts.reporters, ['reports:write', 'reports:read']),
      listeners: await register('listener', counts.listeners, ['feed:read', 'subscriptions:write']),
    }
  } finally {
    await close()
  }
}
