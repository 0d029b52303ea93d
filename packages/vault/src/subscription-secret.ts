// What a subscription signs with and shows to its endpoint: stored sealed, opened to send.

import { VaultError } from './errors.ts'
import { isSealed, openSealed, type Vault } from './vault.ts'

export interface SecretHolder {
  readonly organisationId: string
  readonly subscriptionId: string
}

/** What of the credentials of a subscription is stored, as it is stored. */
export interface CredentialHolder extends SecretHolder {
  readonly secret: string
  /** Signs beside the secret until its end. */
  readonly previousSecret?: string | null
  readonly previousSecretUntil?: Date | null
  /** The chain in PEM; it is no secret. */
  readonly clientCertificate?: string | null
  readonly clientKey?: string | null
}

export interface Credentials {
  readonly secret: string
  readonly previousSecret: string | null
  readonly clientIdentity: { readonly chain: string; readonly key: string } | null
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

/** Seals the key of the client certificate of a subscription for its row. */
export function sealClientKey(
  vault: Pick<Vault, 'seal'>,
  holder: SecretHolder,
  key: string,
): string {
  return vault.seal(key, keyContextOf(holder))
}

/** True as long as the secret before the present one signs, too. */
export function hasPreviousSecret(holder: CredentialHolder, at: Date): boolean {
  const { previousSecret, previousSecretUntil: until } = holder
  return typeof previousSecret === 'string' && until !== null && until !== undefined && until > at
}

/**
 * Opens what a subscription is sent with at an instant. A previous secret that stays closed is left out
 * and told to `onFault`; rejects when the secret or the client key stays closed.
 */
export async function openCredentials(
  vault: Vault,
  holder: CredentialHolder,
  at: Date,
): Promise<Credentials> {
  const { clientCertificate: chain, clientKey } = holder
  const secret = await openSecret(vault, holder)
  const previousSecret = hasPreviousSecret(holder, at) ? await openPrevious(vault, holder) : null
  if (!chain || !clientKey) return { secret, previousSecret, clientIdentity: null }
  const key = (await openSealed(vault, clientKey, keyContextOf(holder))).toString()
  return { secret, previousSecret, clientIdentity: { chain, key } }
}

async function openPrevious(vault: Vault, holder: CredentialHolder): Promise<string | null> {
  try {
    return await openSecret(vault, { ...holder, secret: holder.previousSecret ?? '' })
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    vault.onFault(error)
    return null
  }
}

// The same for a secret and the one before it: on rotation it moves as it is.
function contextOf({ organisationId, subscriptionId }: SecretHolder): string {
  return `subscriptions.secret ${organisationId} ${subscriptionId}`
}

function keyContextOf({ organisationId, subscriptionId }: SecretHolder): string {
  return `subscriptions.client_key ${organisationId} ${subscriptionId}`
}
