// Carriers that subscribed, one organisation for each endpoint, as after their challenge.

import { addOrganisation, insertSubscription, newId, openDatabase } from '@renkei/db'
import { newSecret } from '@renkei/webhook'

/** Stores an active subscription for each URL; resolves to the secrets in the same order. */
export async function addSubscribers(
  databaseUrl: string,
  urls: readonly string[],
): Promise<string[]> {
  const { db, close } = openDatabase({
    url: databaseUrl,
    applicationName: 'renkei-bench',
    connectionsMax: 1,
    statementTimeoutMs: 30_000,
  })
  const secrets = urls.map(() => newSecret())
  try {
    for (const [index, url] of urls.entries()) {
      const organisationId = `peer-${newId()}`
      await addOrganisation(db, { organisationId, name: organisationId, kind: 'carrier' })
      const subscription = {
        subscriptionId: newId(),
        organisationId,
        channel: 'webhook' as const,
        target: { url },
        filter: {},
        mode: 'latest' as const,
        description: null,
        state: 'active' as const,
        secret: secrets[index] ?? '',
      }
      await db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
    }
    return secrets
  } finally {
    await close()
  }
}
