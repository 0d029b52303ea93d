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
const listenerScopes: readonly Scope[] = [
  'feed:read',
  'reports:read',
  'subscriptions:write',
  'contacts:write',
]

interface Party {
  readonly organisationId: string
  readonly name: string
  readonly kind: OrganisationKind
}

/** Registers everybody and resolves to a key for each organisation. */
export async function registerParties(
  databaseUrl: string,
  scenario: Scenario,
): Promise<Map<string, string>> {
  return registerAll(databaseUrl, [
    ...scenario.organisations.map((party) => ({ party, scopes: reporterScopes })),
    ...listeners.map((party) => ({ party, scopes: listenerScopes })),
  ])
}

/** Registers organisations that read, report and agree; resolves to a key for each. */
export async function registerViewers(
  databaseUrl: string,
  viewers: readonly Party[],
): Promise<Map<string, string>> {
  return registerAll(
    databaseUrl,
    viewers.map((party) => ({ party, scopes: ['admin'] })),
  )
}

async function registerAll(
  databaseUrl: string,
  all: readonly { party: Party; scopes: readonly Scope[] }[],
): Promise<Map<string, string>> {
  const { db, close } = openDatabase({
    url: databaseUrl,
    applicationName: 'renkei-demo',
    connectionsMax: 2,
    statementTimeoutMs: 10_000,
  })
  const expiresAt = new Date(Date.now() + 24 * 3_600_000)
  const keys = new Map<string, string>()
  try {
    for (const { party, scopes } of all) {
      const { organisationId } = party
      await addOrganisation(db, party)
      const { apiKey } = await createKey(db, { organisationId, label: 'demo', scopes, expiresAt })
      keys.set(organisationId, apiKey)
    }
  } finally {
    await close()
  }
  return keys
}
