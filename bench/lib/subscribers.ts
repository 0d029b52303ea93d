// Carriers that subscribed, one organisation for each endpoint, as after their challenge.

import { addOrganisation, insertSubscription, newId } from '@renkei/db'
import { sealSecret } from '@renkei/vault'
import { newSecret } from '@renkei/webhook'
import { readKey, withVault } from '../../scripts/system/key.ts'
import { vaultKey } from './system.ts'

/** Stores an active subscription for each URL; resolves to the secrets in the same order. */
export async function addSubscribers(
  databaseUrl: string,
  urls: readonly string[],
): Promise<string[]> {
  const secrets = urls.map(() => newSecret())
  await withVault(databaseUrl, readKey({ RENKEI_KEY: vaultKey }), async ({ db, vault }) => {
    for (const [index, url] of urls.entries()) {
      const organisationId = `peer-${newId()}`
      await addOrganisation(db, { organisationId, name: organisationId, kind: 'carrier' })
      const named = { subscriptionId: newId(), organisationId }
      const subscription = {
        ...named,
        channel: 'webhook' as const,
        target: { url },
        filter: {},
        mode: 'latest' as const,
        description: null,
        state: 'active' as const,
        secret: sealSecret(vault, named, secrets[index] ?? ''),
      }
      await db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
    }
  })
  return secrets
}
