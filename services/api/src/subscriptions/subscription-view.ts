// A subscription as its owner sees it: all but what is secret.

import { type EndpointHealth, readHealth, type Subscription } from '@renkei/db'
import { viewCertificate } from './client-certificate.ts'
import { toShown } from './email-address.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

/** Makes the view of a subscription as it is now, with the health of its endpoint. */
export async function viewSubscription(deps: ViewDeps, subscription: Subscription) {
  const { target, pendingTarget } = subscription
  const shown = {
    ...subscription,
    target: await toShown(target, subscription, deps),
    pendingTarget: await toShown(pendingTarget, subscription, deps),
  }
  const health = await readHealth(deps.database, subscription.subscriptionId)
  return toView(shown, health, deps.clock.now())
}

type ViewDeps = Pick<SubscriptionDeps, 'database' | 'vault' | 'clock'>

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
