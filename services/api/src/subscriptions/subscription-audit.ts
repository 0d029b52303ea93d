// What accesses to subscriptions are called in the audit trail. They belong to their organisation, and
// nobody else is shown them.

import type { RouteAudit } from '../audit/route-audit.ts'

const owned = { objectType: 'subscription', ownedBy: 'caller' } as const

export const ofSubscription = { ...owned, param: 'subscriptionId' } as const

export const audits = {
  create: { action: 'subscription.created', ...owned, by: 'transaction' },
  list: { action: 'subscription.listed', ...owned },
  read: { action: 'subscription.read', ...ofSubscription },
  patch: { action: 'subscription.changed', ...ofSubscription, by: 'transaction' },
  remove: { action: 'subscription.ended', ...ofSubscription, by: 'transaction' },
  rotate: { action: 'subscription.secretRotated', ...ofSubscription, by: 'transaction' },
  verify: { action: 'subscription.challenged', ...ofSubscription },
  test: { action: 'subscription.tested', ...ofSubscription },
} as const satisfies Record<string, RouteAudit>
