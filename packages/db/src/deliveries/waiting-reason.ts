// Why a delivery waits, in words for its owner, for the ledger and for the operator.

import { sql } from 'kysely'
import type { EndpointState, SubscriptionState } from './delivery-tables.ts'

export interface WaitingFacts {
  readonly lane: string
  /** Null while it is held. */
  readonly dueAt: Date | null
  readonly claimed: boolean
  readonly subscriptionState: SubscriptionState
  /** Nothing for an endpoint that has never failed. */
  readonly endpoint: EndpointState | null
  readonly probeAt: Date | null
  readonly askedUntil: Date | null
  /** Of mode all: an older revision of the report that waits, too. */
  readonly behindRevision: number | null
  readonly replayId: string | null
  readonly now: Date
}

/** Of `delivery_queue q`, its subscription `s` and its `endpoint_health h`, which may be absent. */
export const waitingColumns = sql`q.lane, nullif(q.due_at, 'infinity') AS "dueAt",
  q.claimed_by IS NOT NULL AS claimed, s.state AS "subscriptionState", h.state AS endpoint,
  h.probe_at AS "probeAt", h.asked_until AS "askedUntil", CASE WHEN q.ordered THEN (
    SELECT min(older.revision) FROM delivery_queue older
    WHERE older.subscription_id = q.subscription_id AND older.report_id = q.report_id
      AND older.revision < q.revision) END AS "behindRevision",
  q.replay_id AS "replayId", now() AS now`

/** Says what a delivery waits for. */
export function waitsFor(facts: WaitingFacts): string {
  if (facts.claimed) return 'is being sent'
  return heldBy(facts) ?? turnOf(facts)
}

/** When it is tried next as far as that is known; null while it is held. */
export function nextTryAt(facts: WaitingFacts): Date | null {
  if (facts.subscriptionState !== 'active') return null
  if (facts.endpoint === 'open' && !facts.claimed) return facts.probeAt
  return facts.dueAt
}

function heldBy(facts: WaitingFacts): string | undefined {
  const { subscriptionState, endpoint, probeAt, askedUntil, now } = facts
  if (subscriptionState === 'paused') return 'waits until the subscription is active again'
  if (subscriptionState === 'pendingVerification') {
    return 'waits until the endpoint has answered its challenge'
  }
  if (askedUntil && askedUntil > now) {
    return `the receiver asked not to be sent anything before ${askedUntil.toISOString()}`
  }
  if (endpoint === 'open') {
    return probeAt
      ? `the endpoint is failing; it is tried again at ${probeAt.toISOString()}`
      : 'the endpoint is failing'
  }
  if (endpoint === 'halfOpen') return 'the endpoint was failing; one delivery is on its way to it'
  return undefined
}

function turnOf({ behindRevision, dueAt, lane, replayId, now }: WaitingFacts): string {
  if (behindRevision !== null) return `goes after revision ${behindRevision} of the same report`
  if (!dueAt) return 'is held until the endpoint answers again'
  if (lane === 'digest') return `goes into the digest of ${dueAt.toISOString()}`
  if (dueAt > now) return `is tried again at ${dueAt.toISOString()}`
  return replayId === null ? 'waits for its turn' : 'waits for its turn in a replay'
}
