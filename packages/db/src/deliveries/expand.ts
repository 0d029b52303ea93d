// Fan-out: turns one event into the deliveries it owes, in chunks. Deliveries and the place
// reached are stored in one transaction, so a crash resumes where it stopped and adds nothing twice.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { eventColumns, eventTables } from '../feed/event-columns.ts'
import type { EventFacts, FeedEvent } from '../feed/read-events.ts'
import type { ClaimedDelivery } from './claim.ts'
import { lockHeld, switchedOffReason } from './health.ts'
import { type Recipient, recipientColumns } from './recipient.ts'
import { readSkipped } from './skipped.ts'

export interface OpenFanOut extends EventFacts {
  readonly reportId: string | null
  readonly revision: number | null
  readonly afterSubscription: string | null
}

/** With its content, so that whoever sends it need not read it again. */
export type EventToPlace = FeedEvent &
  OpenFanOut & {
    /** The highest level of the report by now, which a later revision may have raised. */
    readonly reportPeakLevel: number
  }

/** A subscription with the view that the event belongs to, as the fan-out asks of it. */
export interface SubscriptionView extends Recipient {
  readonly mode: 'latest' | 'all'
}

export interface ExpandOptions {
  readonly lane: string
  readonly notifierId: string
  readonly subscriptionsMax: number
  /** Of the new deliveries, how many this notifier takes at once; the rest anyone may claim. */
  readonly claimMax: number
  /** Whether this notifier may take a delivery of a subscription just now. */
  readonly claimable: (subscription: Recipient) => boolean
  /** Brings what `owedTo` decides with up to what the transaction sees. */
  readonly refresh: (tx: Tx) => Promise<void>
  readonly owedTo: (event: OpenFanOut, subscription: SubscriptionView) => boolean
  /** When a delivery goes into a digest instead of at once; null for those that do not. */
  readonly digestAt?: (event: EventToPlace, subscription: SubscriptionView) => Date | null
  /** Does what belongs to the transaction that makes deliveries owed. */
  readonly onOwed?: (tx: Tx, event: OpenFanOut, organisationIds: readonly string[]) => Promise<void>
}

export interface Expanded {
  readonly event: FeedEvent
  readonly owed: number
  readonly superseded: number
  /** To be sent now: they are read already. */
  readonly claimed: readonly ClaimedDelivery[]
  readonly complete: boolean
}

/** Expands the next chunk of the oldest open event of a lane; resolves to nothing when none is open. */
export async function expandNext(db: Db, options: ExpandOptions): Promise<Expanded | undefined> {
  return db.transaction().execute(async (tx) => {
    const event = await lockNext(tx, options.lane)
    if (!event) return undefined
    const { subscriptions, complete } = await readChunk(tx, event, options.subscriptionsMax)
    await options.refresh(tx)
    const owed = subscriptions.filter((subscription) => options.owedTo(event, subscription))
    const last = subscriptions.at(-1)?.subscriptionId ?? event.afterSubscription
    const blocked = await findBlocked(tx, event, owed)
    const places = await placeAll(tx, event, owed, options)
    const mayGo = owed.filter(
      (s) => places.get(s.subscriptionId)?.at === 'now' && !blocked.has(s.subscriptionId),
    )
    const taken = mayGo.filter(options.claimable).slice(0, Math.max(0, options.claimMax))
    const superseded = await supersedeOlder(tx, event, owed)
    const hurried = [...blocked].filter((id) => places.get(id)?.at === 'now')
    if (hurried.length > 0) await hurryOlder(tx, event, hurried, options.lane)
    await store(tx, event, { owed, places, taken, last, complete, options })
    if (owed.length > 0) await options.onOwed?.(tx, event, organisationsOf(owed))
    const claimed = await toClaimed(tx, event, taken)
    return { event, owed: owed.length, superseded, claimed, complete }
  })
}

function organisationsOf(owed: readonly SubscriptionView[]): string[] {
  return [...new Set(owed.map(({ organisationId }) => organisationId))]
}

interface Place {
  /** Switched off: the delivery ends as dead at once. */
  readonly at: 'now' | 'held' | 'switchedOff' | Date
}

// Where each delivery waits: what an endpoint cannot take now costs nothing until it can.
async function placeAll(
  tx: Tx,
  event: EventToPlace,
  owed: readonly SubscriptionView[],
  { digestAt }: ExpandOptions,
): Promise<Map<string, Place>> {
  const level = event.reportPeakLevel
  const ids = owed.map((s) => s.subscriptionId)
  const { held, switchedOff } = await lockHeld(tx, ids, level)
  const place = (subscription: SubscriptionView): Place => {
    const { subscriptionId: id } = subscription
    if (switchedOff.has(id) && level < 3) return { at: 'switchedOff' }
    const digest = digestAt?.(event, subscription)
    if (subscription.state === 'paused') return { at: 'held' }
    if (digest) return { at: digest }
    return { at: held.has(id) ? 'held' : 'now' }
  }
  return new Map(owed.map((subscription) => [subscription.subscriptionId, place(subscription)]))
}

// Revisions of a report are expanded in their order, also when a newer one travels in a faster lane:
// it takes the older ones along.
async function lockNext(tx: Tx, lane: string): Promise<EventToPlace | undefined> {
  const { rows } = await sql<EventToPlace>`
    WITH next AS (
      SELECT f.seq, e.report_id, e.revision FROM fan_outs f JOIN events e USING (seq)
      WHERE f.lane = ${lane} AND f.completed_at IS NULL
      ORDER BY f.seq LIMIT 1 FOR UPDATE OF f SKIP LOCKED)
    SELECT ${eventColumns}, f.after_subscription AS "afterSubscription",
      coalesce(h.peak_level, e.peak_level) AS "reportPeakLevel"
    FROM next JOIN ${eventTables}
      ON e.seq = next.seq OR e.report_id = next.report_id AND e.revision < next.revision
    JOIN fan_outs f ON f.seq = e.seq
    WHERE f.completed_at IS NULL
    ORDER BY e.revision LIMIT 1 FOR UPDATE OF f`.execute(tx)
  return rows[0]
}

// One more than wanted is asked for, to see whether there is more. What was accepted while another view
// held is judged by that one; what is owed to a subscription that pauses by now is held.
async function readChunk(tx: Tx, { afterSubscription: after, seq }: OpenFanOut, limit: number) {
  const { rows } = await sql<SubscriptionView>`
    SELECT ${recipientColumns}, s.mode, coalesce(v.filter, s.filter) AS filter,
      coalesce(v.since, s.view_since) AS "viewSince"
    FROM subscriptions s JOIN organisations o USING (organisation_id)
    LEFT JOIN LATERAL (
      SELECT ended.filter, ended.since FROM subscription_views ended
      WHERE (s.view_since >= ${seq} OR s.state = 'paused')
        AND ended.subscription_id = s.subscription_id
        AND ended.since < ${seq} AND ended.until >= ${seq}
      ORDER BY ended.until DESC LIMIT 1) v ON true
    WHERE s.state IN ('active', 'paused')
      AND (s.state = 'active' AND s.view_since < ${seq} OR v.since IS NOT NULL)
      AND (${after}::uuid IS NULL OR s.subscription_id > ${after}::uuid)
    ORDER BY s.subscription_id LIMIT ${limit + 1}`.execute(tx)
  return { subscriptions: rows.slice(0, limit), complete: rows.length <= limit }
}

async function toClaimed(
  tx: Tx,
  event: EventToPlace,
  taken: readonly SubscriptionView[],
): Promise<ClaimedDelivery[]> {
  const { seq, reportId, revision, reportPeakLevel: peakLevel } = event
  const first = { attempts: 0, round: 0, replayedAt: null }
  const delivery = { seq, reportId, revision, peakLevel, ...first }
  const deliveries = taken.map((subscription) => ({ ...subscription, ...delivery }))
  const skippedOf = await readSkipped(tx, deliveries)
  return deliveries.map((one) => ({ ...one, skipped: skippedOf(one) }))
}

// The first revision of a report, or a notice.
function hasNoOlder({ revision }: OpenFanOut): boolean {
  return revision === null || revision === 1
}

async function supersedeOlder(tx: Tx, event: OpenFanOut, owed: readonly SubscriptionView[]) {
  const latest = owed.filter((s) => s.mode === 'latest').map((s) => s.subscriptionId)
  if (latest.length === 0 || hasNoOlder(event)) return 0
  const { rows } = await sql`
    WITH gone AS (
      DELETE FROM delivery_queue
      WHERE subscription_id = ANY(${latest}::uuid[]) AND report_id = ${event.reportId}
        AND revision < ${event.revision} AND claimed_by IS NULL AND replay_id IS NULL
      RETURNING seq, subscription_id, attempts)
    INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
    SELECT seq, subscription_id, 'superseded',
      ${`revision ${event.revision} is newer (mode latest)`}, attempts FROM gone
    RETURNING 1`.execute(tx)
  return rows.length
}

// In mode all a revision waits for the older ones of its report; nothing else waits with it.
async function findBlocked(tx: Tx, event: OpenFanOut, owed: readonly SubscriptionView[]) {
  const ordered = owed.filter((s) => s.mode === 'all').map((s) => s.subscriptionId)
  if (ordered.length === 0 || hasNoOlder(event)) return new Set<string>()
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT subscription_id AS id FROM delivery_queue
    WHERE subscription_id = ANY(${ordered}::uuid[]) AND report_id = ${event.reportId}
      AND revision < ${event.revision} AND replay_id IS NULL`.execute(tx)
  return new Set(rows.map((row) => row.id))
}

// What a revision waits for moves to its lane and is due at once: news is not held up by the turn or
// the retry time of what came before it. News that itself waits, in a digest or for an endpoint, hurries
// nothing.
async function hurryOlder(tx: Tx, event: EventToPlace, blocked: readonly string[], lane: string) {
  await sql`
    UPDATE delivery_queue SET lane = ${lane}, due_at = least(due_at, now()),
      level = greatest(level, ${event.reportPeakLevel}::int)
    WHERE subscription_id = ANY(${blocked}::uuid[]) AND report_id = ${event.reportId}
      AND revision < ${event.revision} AND claimed_by IS NULL AND replay_id IS NULL
      AND (due_at < 'infinity' OR ${event.reportPeakLevel}::int >= 3)`.execute(tx)
}

interface Chunk {
  readonly owed: readonly SubscriptionView[]
  readonly places: ReadonlyMap<string, Place>
  readonly taken: readonly SubscriptionView[]
  readonly last: string | null
  readonly complete: boolean
  readonly options: ExpandOptions
}

async function store(tx: Tx, event: EventToPlace, chunk: Chunk): Promise<void> {
  const { owed, places, taken, options } = chunk
  const placeOf = (s: SubscriptionView) => places.get(s.subscriptionId)?.at ?? 'now'
  const off = owed.filter((s) => placeOf(s) === 'switchedOff')
  const queued = owed.filter((s) => placeOf(s) !== 'switchedOff')
  await sql`
    WITH made AS (
      INSERT INTO delivery_queue (seq, subscription_id, report_id, revision, level, lane, due_at,
        ordered, claimed_by)
      SELECT ${event.seq}, id, ${event.reportId}::uuid, ${event.revision}::int,
        ${event.reportPeakLevel}::int, CASE WHEN digest THEN 'digest' ELSE ${options.lane} END,
        coalesce(due_at, now()), ordered,
        CASE WHEN id = ANY(${taken.map((s) => s.subscriptionId)}::uuid[])
          THEN ${options.notifierId}::uuid END
      FROM unnest(${queued.map((s) => s.subscriptionId)}::uuid[],
        ${queued.map((s) => s.mode === 'all')}::boolean[],
        ${queued.map((s) => placeOf(s) instanceof Date)}::boolean[],
        ${queued.map((s) => dueAt(placeOf(s)))}::timestamptz[])
        AS owed (id, ordered, digest, due_at)
      RETURNING 1
    ), ended AS (
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
      SELECT ${event.seq}, id, 'dead', ${switchedOffReason}, 0
      FROM unnest(${off.map((s) => s.subscriptionId)}::uuid[]) AS off (id)
      RETURNING 1)
    UPDATE fan_outs SET after_subscription = ${chunk.last}::uuid,
      owed = owed + (SELECT count(*) FROM made) + (SELECT count(*) FROM ended),
      completed_at = CASE WHEN ${chunk.complete}::boolean THEN now() END
    WHERE seq = ${event.seq}`.execute(tx)
}

function dueAt(at: Place['at']): string | null {
  if (at instanceof Date) return at.toISOString()
  return at === 'held' ? 'infinity' : null
}
