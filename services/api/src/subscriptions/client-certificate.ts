// The client certificate of a subscription: judged when it is given, shown without its key.

import type { Subscription } from '@renkei/db'
import { sealClientKey, type SecretHolder } from '@renkei/vault'
import { certificateFacts, readClientIdentity } from '@renkei/webhook'
import { invalidSubscription } from './invalid-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

interface Given {
  readonly clientCertificate?: string
  readonly clientKey?: string
}

/** A certificate as it is stored, with its key sealed; nothing when none is given. Throws what is wrong with it. */
export function sealIdentity(
  { clientCertificate: chain, clientKey: key }: Given,
  holder: SecretHolder,
  { vault, clock }: Pick<SubscriptionDeps, 'clock' | 'vault'>,
): { clientCertificate: string; clientKey: string } | undefined {
  if (chain === undefined || key === undefined) return undefined
  const read = readClientIdentity({ chain, key }, clock.now())
  if (read.ok) {
    return { clientCertificate: read.chain, clientKey: sealClientKey(vault, holder, read.key) }
  }
  const pointer = `/${read.field}`
  const detail = `${pointer} is refused: ${read.detail}.`
  throw invalidSubscription([{ pointer, rule: read.rule, detail }])
}

/** The certificate as its owner sees it; nothing when there is none. */
export function viewCertificate({ clientCertificate: chain }: Subscription) {
  if (chain === null) return undefined
  const { subject, validUntil, fingerprint } = certificateFacts(chain)
  return { chain, subject, validUntil: validUntil.toISOString(), fingerprint }
}
