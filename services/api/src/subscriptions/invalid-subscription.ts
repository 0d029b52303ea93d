// The refusals of what a subscription may not be.

import type { Fault, SubscriptionTarget } from '@renkei/schema'
import { type DomainError, invalidBody } from '../problem/domain-error.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

/** The refusal of a subscription with its faults. */
export function invalidSubscription(faults: readonly Fault[]): DomainError {
  return invalidBody('invalid-subscription', faults)
}

/** Refuses a url that could never be sent to. */
export function checkTarget(
  { url }: SubscriptionTarget,
  { sender }: Pick<SubscriptionDeps, 'sender'>,
): void {
  if (url === undefined) return
  const check = sender.checkTarget(url)
  if (check.ok) return
  throw invalidSubscription([
    { pointer: '/target/url', rule: check.rule, detail: `/target/url is refused: ${check.detail}` },
  ])
}
