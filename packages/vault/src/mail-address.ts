// Addresses of mail: those of subscriptions and those of single orders are stored sealed, and what is
// handed out to find them again (links, return addresses) is made with the key, so it is not stored.

import type { SecretHolder } from './subscription-secret.ts'
import { openSealed, type Vault } from './vault.ts'

export interface OrderHolder {
  readonly organisationId: string
  readonly mailId: string
}

/** Seals the address of a subscription: its target is `{ "sealed": … }`. */
export function sealTarget(
  vault: Pick<Vault, 'seal'>,
  holder: SecretHolder,
  address: string,
): { readonly sealed: string } {
  return { sealed: vault.seal(address, targetContext(holder)) }
}

/** Opens the address of a subscription; rejects when it was changed or moved. */
export async function openTarget(
  vault: Vault,
  holder: SecretHolder & { readonly target: unknown },
): Promise<string> {
  const { sealed } = holder.target as { sealed: string }
  return (await openSealed(vault, sealed, targetContext(holder))).toString()
}

/** Seals an address for one order of a mail. */
export function sealAddress(
  vault: Pick<Vault, 'seal'>,
  holder: OrderHolder,
  address: string,
): string {
  return vault.seal(address, orderContext(holder))
}

/** Opens the address of an order; rejects when it was changed or moved. */
export async function openAddress(
  vault: Vault,
  holder: OrderHolder,
  sealed: string,
): Promise<string> {
  return (await openSealed(vault, sealed, orderContext(holder))).toString()
}

function targetContext({ organisationId, subscriptionId }: SecretHolder): string {
  return `subscriptions.target ${organisationId} ${subscriptionId}`
}

function orderContext({ organisationId, mailId }: OrderHolder): string {
  return `mail_orders.sealed_address ${organisationId} ${mailId}`
}

const tokenBytes = 24

/**
 * The token of a link for one purpose: the same whenever it is made again, so that a mail that is sent
 * a second time is the same mail. Nobody makes it without the key.
 */
export function linkToken(vault: Pick<Vault, 'digest'>, about: readonly string[]): string {
  return digestOf(vault, 'mail link', about).subarray(0, tokenBytes).toString('base64url')
}

const markBytes = 10

/** The mark that makes a return address ours, in small letters and digits as mail servers keep them. */
export function bounceMark(vault: Pick<Vault, 'digest'>, about: string): string {
  return digestOf(vault, 'mail bounce', [about]).subarray(0, markBytes).toString('hex')
}

// The byte 0 in front is in no JSON: no body of a request has one of these digests.
function digestOf(vault: Pick<Vault, 'digest'>, use: string, about: readonly string[]): Buffer {
  return vault.digest(Buffer.from(`\0${JSON.stringify([use, ...about])}`))
}
