// The signing secret of a subscription: stored sealed, shown once, opened to sign.

import { isSealed, openSealed, type Vault } from './vault.ts'

export interface SecretHolder {
  readonly organisationId: string
  readonly subscriptionId: string
}

/** Seals the secret of a subscription for its row. */
export function sealSecret(
  vault: Pick<Vault, 'seal'>,
  holder: SecretHolder,
  secret: string,
): string {
  return vault.seal(secret, contextOf(holder))
}

/**
 * Opens the secret of a subscription. One that was stored before there was a vault is plain, and is
 * taken as it is: `npm run vault -- seal` seals it, and until then no delivery waits for that.
 */
export async function openSecret(
  vault: Vault,
  holder: SecretHolder & { readonly secret: string },
): Promise<string> {
  if (!isSealed(holder.secret)) return holder.secret
  return (await openSealed(vault, holder.secret, contextOf(holder))).toString()
}

function contextOf({ organisationId, subscriptionId }: SecretHolder): string {
  return `subscriptions.secret ${organisationId} ${subscriptionId}`
}
