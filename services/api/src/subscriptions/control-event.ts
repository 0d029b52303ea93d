// Events about a subscription itself (challenge, test): sent at once, signed like a delivery, but
// they stand in no feed and no ledger.

import type { Subscription } from '@renkei/db'
import { openCredentials } from '@renkei/vault'
import type { SendResult } from '@renkei/webhook'
import type { SubscriptionDeps } from './subscription-deps.ts'

export interface ControlEvent {
  readonly type: string
  readonly data: object
  /** Where it goes when not to the address in use. */
  readonly target?: unknown
  readonly timeoutMs?: number
}

/** Sends an event about a subscription to its endpoint and resolves to what became of it. */
export async function sendControlEvent(
  subscription: Subscription,
  event: ControlEvent,
  deps: Pick<SubscriptionDeps, 'clock' | 'newId' | 'platformKeys' | 'sender' | 'vault'>,
): Promise<SendResult> {
  const id = deps.newId()
  const now = deps.clock.now()
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    type: event.type,
    source: `/v1/subscriptions/${subscription.subscriptionId}`,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  })
  const { url } = (event.target ?? subscription.target) as { url: string }
  const signs = subscription.signing === 'standardWebhooksAndHttpSignature'
  return deps.sender.send({
    ...(await openCredentials(deps.vault, subscription, now)),
    platformKey: signs ? await deps.platformKeys.current() : null,
    url,
    id,
    body,
    timestampSeconds: Math.floor(now.getTime() / 1000),
    ...(event.timeoutMs !== undefined && { timeoutMs: event.timeoutMs }),
  })
}
