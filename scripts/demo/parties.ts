// Who takes part in the demo: the carriers of the scenario, and three peers who listen.

import {
  addOrganisation,
  createKey,
  openDatabase,
  type OrganisationKind,
  type Scope,
} from '@renkei/db'
import type { Scenario } from '../../scenarios/load-scenario.ts'

export const listeners = [
  { organisationId: 'demo-fixed', name: 'デモ固定通信 (webhook)', kind: 'carrier' },
  { organisationId: 'demo-mvno', name: 'デモMVNO (webhook)', kind: 'mvno' },
  { organisationId: 'demo-ceptoar', name: 'デモT-CEPTOAR (WebSocket)', kind: 'ceptoar' },
] as const

const reporterScopes: readonly Scope[] = ['reports:write', 'reports:read']
const listenerScopes: readonly Scope[] = ['feed:read', 'reports:read', 'subscriptions:write']

/** Registers everybody and resolves to a key for each organisation. */
export async function registerParties(
  databaseUrl: string,
  scenario: Scenario,
): Promise<Map<string, string>> {
  const { db, close } = openDatabase({
    url: databaseUrl,
    applicationName: 'renkei-demo',
    connectionsMax: 2,
    statementTimeoutMs: 10_000,
  })
  const expiresAt = new Date(Date.now() + 24 * 3_600_000)
  const keys = new Map<string, string>()
  const register = async (
    party: { organisationId: string; name: string; kind: OrganisationKind },
    scopes: readonly Scope[],
  ) => {
    await addOrganisation(db, party)
    const { organisationId } = party
    const { apiKey } = await createKey(db, { organisationId, label: 'demo', scopes, expiresAt })
    keys.set(organisationId, apiKey)
  }
  try {
    for (const organisation of scenario.organisations) await register(organisation, reporterScopes)
    for (const listener of listeners) await register(listener, listenerScopes)
  } finally {
    await close()
  }
  return keys
}
