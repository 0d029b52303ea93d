// The work of one lane: expand what was accepted, claim what is due, send, until nothing is left.
// It sends as far as the pool of slots lets this lane, however long the backlog of another.

import {
  claimDue,
  type ClaimedDelivery,
  type Db,
  expandNext,
  type ExpandOptions,
  isDatabaseUnavailable,
  putBack,
  release,
  releaseOrphans,
} from '@renkei/db'
import type { Logger } from '@renkei/service-kit'
import { brokenResult, deliver, type DeliverDeps, type Delivered } from '../deliver/deliver.ts'
import type { InHand } from '../deliver/in-hand.ts'
import type { ResultBuffer } from '../deliver/result-buffer.ts'
import type { Slot, Slots } from '../deliver/slots.ts'
import type { DeliveryTraces } from '../deliver/traces.ts'
import { owedTo } from '../fan-out/owed-to.ts'
import { type Backlog, makeBacklog } from './backlog.ts'

export interface LaneDeps extends DeliverDeps {
  readonly lane: string
  /** Commits asynchronously: a crash repeats deliveries and loses none. */
  readonly db: Db
  readonly notifierId: string
  readonly slots: Slots
  readonly inHand: InHand
  readonly results: ResultBuffer
  readonly log: Logger
  readonly subscriptionsMax: number
  readonly endpointInFlightMax: number
  /** Subscriptions and organisations that may not be sent more just now. */
  readonly full: () => { subscriptions: string[]; organisations: string[] }
  /** Called when a send has ended: its slot is any lane's. */
  readonly onSlotFree: () => void
  /** Called when the lane has something to send. */
  readonly onHurry: () => void
  readonly digestAt: NonNullable<ExpandOptions['digestAt']>
  readonly onOwed: NonNullable<ExpandOptions['onOwed']>
  /** How many deliveries the lane claims ahead of its slots. */
  readonly backlogMax: number
  readonly onDelivered: (lane: string, delivered: Delivered) => void
  /** Only when spans are told to somebody. */
  readonly traces?: DeliveryTraces | undefined
}

export interface LaneRunner {
  /** Looks for work now; during a look, once more after it. */
  wake(): void
  /** Begins what the free slots allow. */
  proceed(): void
  /** Looks, before the next claim, for what is under our name but never came here. */
  recover(): void
  /** Takes nothing more and resolves when what was taken is sent. */
  stop(): Promise<void>
}

export function makeLaneRunner(deps: LaneDeps): LaneRunner {
  let running: Promise<void> | undefined
  let again = false
  let recovers = false
  let stopped = false
  const sending = new Set<Promise<void>>()
  const backlog = makeBacklog({
    ...deps,
    begin(delivery, slot) {
      deps.onHurry()
      const work = sendOne(delivery, slot, deps).finally(() => {
        sending.delete(work)
        deps.onSlotFree()
      })
      sending.add(work)
    },
    // What an endpoint has no room for goes back untried.
    refuse: (deliveries) => void giveBack(deliveries, deps, { delayMs: busyDelayMs }),
    putBack: (deliveries) => void giveBack(deliveries, deps, 'asItWas'),
  })
  const takeSome = makeTaker(deps, backlog)
  const round = async (): Promise<boolean> => {
    if (recovers) await findLost(deps)
    recovers = false
    if (await takeSome()) return true
    if (backlog.isReady()) return false
    // Whatever is due has to wait, but a new event is expanded at once.
    await backlog.whenReady()
    return true
  }
  const run = async () => {
    try {
      do {
        again = false
        while (!stopped && (await round()));
      } while (again && !stopped)
    } catch (error) {
      // The next sweep looks again.
      deps.log.warn({ lane: deps.lane, err: error }, 'lane.interrupted')
    }
    running = undefined
  }
  const look = () => {
    again = true
    backlog.interrupt()
    if (!stopped) running ??= run()
  }
  return {
    wake: look,
    proceed: () => backlog.proceed(),
    recover() {
      recovers = true
      look()
    },
    async stop() {
      stopped = true
      await giveBack(backlog.empty(), deps, 'asItWas')
      await running
      await giveBack(backlog.empty(), deps, 'asItWas')
      await Promise.all(sending)
    },
  }
}

async function findLost({ db, notifierId, lane, inHand, log }: LaneDeps): Promise<void> {
  const deliveries = await releaseOrphans(db, notifierId, lane, inHand.all())
  if (deliveries > 0) log.warn({ lane, deliveries }, 'claims.found-again')
}

// One round: expand a chunk of the next event, claim what is due. False when there was nothing.
function makeTaker(deps: LaneDeps, backlog: Backlog): () => Promise<boolean> {
  const { db, lane, notifierId, slots, inHand, sharing, traces } = deps
  // While others wait for their turn, what is new gets in line behind them.
  let othersWait = false
  // The last one that had its turn.
  let after: string | null = null
  return async () => {
    const beganMs = traces?.now() ?? 0
    const expanded = await expandNext(db, {
      lane,
      notifierId,
      subscriptionsMax: deps.subscriptionsMax,
      claimMax: othersWait ? 0 : backlog.room(),
      claimable: slots.mayTake,
      refresh: (tx) => sharing.refresh(tx),
      owedTo: (event, subscription) => owedTo(event, subscription, sharing.find),
      digestAt: deps.digestAt,
      onOwed: deps.onOwed,
    })
    if (expanded) {
      deps.onHurry()
      traces?.expanded(lane, expanded, beganMs)
      deps.events.keep(expanded.event)
      backlog.add(expanded.claimed.filter(inHand.take))
    }
    // The rest of an event comes before what else is due.
    if (expanded && !expanded.complete) return true
    const limit = backlog.isReady() ? backlog.room() : 0
    const claimBeganMs = traces?.now() ?? 0
    const due = limit > 0 ? await claimDue(db, { ...toClaim(deps), limit, after }) : []
    after = due.at(-1)?.subscriptionId ?? null
    traces?.claimed(lane, due, claimBeganMs)
    // Replays and retries get what may be seen now, not then.
    if (due.length > 0) await sharing.refresh(db)
    backlog.add(due.filter(inHand.take))
    othersWait = due.length === limit
    return expanded !== undefined || due.length > 0
  }
}

function toClaim({ lane, notifierId, full, endpointInFlightMax }: LaneDeps) {
  const { subscriptions: except, organisations: exceptOrganisations } = full()
  return { lane, notifierId, perSubscriptionMax: endpointInFlightMax, except, exceptOrganisations }
}

const busyDelayMs = 100
const brokenDelayMs = 1000

async function sendOne(delivery: ClaimedDelivery, slot: Slot, deps: LaneDeps): Promise<void> {
  let ok = false
  try {
    if (delivery.state === 'paused' || delivery.state === 'pendingVerification') {
      ok = true
      await giveBack([delivery], deps, { delayMs: null })
      return
    }
    const delivered = await deliver(delivery, deps)
    if (delivered.sent.untried) {
      const { retryAfterMs, reason } = delivered.sent
      await giveBack([delivery], deps, { delayMs: retryAfterMs ?? brokenDelayMs, reason })
      return
    }
    ok = delivered.result.outcome === 'delivered'
    deps.results.add(delivered.result)
    deps.onDelivered(deps.lane, delivered)
  } catch (error) {
    await mind(error, delivery, deps)
  } finally {
    slot.give(ok)
  }
}

// A fault of ours. When the database is away the delivery is as it was; anything else is an attempt, so
// that the ledger has a reason and it is not repeated each second for ever.
async function mind(error: unknown, delivery: ClaimedDelivery, deps: LaneDeps): Promise<void> {
  const { seq, subscriptionId } = delivery
  deps.log.error({ err: error, seq, subscriptionId }, 'delivery.broken')
  if (isDatabaseUnavailable(error)) await giveBack([delivery], deps, { delayMs: brokenDelayMs })
  else deps.results.add(brokenResult(delivery, deps))
}

// When this fails, the rows stay under our name but not in our hands: `recover` finds them.
async function giveBack(
  deliveries: readonly ClaimedDelivery[],
  { db, notifierId, inHand, log }: LaneDeps,
  how: { delayMs: number | null; reason?: string } | 'asItWas',
): Promise<void> {
  try {
    if (how === 'asItWas') await putBack(db, notifierId, deliveries)
    else await release(db, notifierId, deliveries, how)
  } catch (error) {
    log.warn({ err: error, deliveries: deliveries.length }, 'deliveries.not-given-back')
  }
  inHand.drop(deliveries)
}
