// Whether an event is owed to a subscription: it came after the view began, and belongs to it.

import type { OpenFanOut, SubscriptionView } from '@renkei/db'
import { hear, type ShareFinder, type SubscriptionFilter } from '@renkei/schema'

/** The rule of the fan-out; the feed asks the same question of its readers. */
export function owedTo(
  event: OpenFanOut,
  subscription: SubscriptionView,
  find: ShareFinder,
): boolean {
  if (event.seq <= subscription.viewSince) return false
  return hear(subscription, subscription.filter as SubscriptionFilter, event, find) !== undefined
}
