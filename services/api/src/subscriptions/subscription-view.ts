// A subscription as its owner sees it: all but what is secret.

import { type Db, type EndpointHealth, readHealth, type Subscription, type Tx } from '@renkei/db'
import { viewCertificate } from './client-certificate.ts'

/** Makes the view of a subscription at an instant, with the health of its endpoint. */
export async function viewSubscription(db: Db | Tx, subscription: Subscription, now: Date) {
  return toView(subscription, await readHealth(db, subscription.subscriptionId), now)
}

function toView(subscription: Subscription, health: EndpointHealth | undefined, now: Date) {
  const { previousSecretUntil: until, pendingTarget } = subscription
  return {
    subscriptionId: subscription.subscriptionId,
    organisation: subscription.organisationId,
    channel: subscription.channel,
    target: subscription.target,
    ...present('pendingTarget', pendingTarget),
    ...present('pendingReason', subscription.pendingReason),
    filter: subscription.filter,
    mode: subscription.mode,
    ...(subscription.channel === 'webhook' && { signing: subscription.signing }),
    ...present('clientCertificate', viewCertificate(subscription)),
    ...present('description', subscription.description),
    state: subscription.state,
    ...present('stateReason', subscription.stateReason),
    health: viewHealth(health),
    revision: subscription.revision,
    createdAt: subscription.createdAt.toISOString(),
    ...(until && until > now && { previousSecretUntil: until.toISOString() }),
  }
}

// An endpoint that has never failed has no row.
function viewHealth(health: EndpointHealth | undefined) {
  if (!health) return { state: 'closed', consecutiveFailures: 0 }
  return {
    state: health.state,
    ...present('since', health.failingSince?.toISOString()),
    consecutiveFailures: health.consecutiveFailures,
    ...present('lastReason', health.lastReason),
    ...present('nextProbeAt', health.state === 'closed' ? null : health.probeAt?.toISOString()),
    ...present('switchedOffAt', health.switchedOffAt?.toISOString()),
  }
}

function present(name: string, value: unknown): Record<string, unknown> {
  return value === null || value === undefined || value === '' ? {} : { [name]: value }
}
