// The notifier's part of an event's trace: expanding it, claiming a delivery, each attempt to send it. Made
// only when spans are told to somebody.

import type { ClaimedDelivery, Expanded } from '@renkei/db'
import { continueTrace, type Tracing } from '@renkei/service-kit'
import type { Channel, SendOutcome } from '../channels/channel.ts'

export interface DeliveryTraces {
  /** The time that a step began, to be given back with what came of it. */
  now(): number
  expanded(lane: string, expanded: Expanded, beganMs: number): void
  claimed(lane: string, deliveries: readonly ClaimedDelivery[], beganMs: number): void
  /** The same channel: its notices carry the span of their attempt, which is told when it is over. */
  around(channel: Channel): Channel
}

interface Claim {
  readonly lane: string
  readonly beganMs: number
  readonly endedMs: number
  readonly attempt: number
  readonly level: number
}

/** Makes the traces of a process. */
export function makeDeliveryTraces(tracing: Tracing): DeliveryTraces {
  // By the delivery itself, which its channel gets as the recipient.
  const claims = new WeakMap<object, Claim>()
  const remember: DeliveryTraces['claimed'] = (lane, deliveries, beganMs) => {
    const endedMs = Date.now()
    for (const delivery of deliveries) {
      const { attempts, peakLevel: level } = delivery
      claims.set(delivery, { lane, beganMs, endedMs, attempt: attempts + 1, level })
    }
  }
  return {
    now: () => Date.now(),
    claimed: remember,
    expanded(lane, { event, owed, claimed }, beganMs) {
      remember(lane, claimed, beganMs)
      if (event.traceparent === null) return
      const { eventId, reportId, revision, level } = event
      const counts = { owed, claimed: claimed.length }
      tracing.tell({
        name: 'event.expand',
        own: continueTrace(event.traceparent),
        parent: event.traceparent,
        startMs: beganMs,
        endMs: Date.now(),
        attributes: { eventId, reportId, revision, level, lane, ...counts },
      })
    },
    around: (channel) => ({
      close: () => channel.close(),
      send: (notice, recipient) => sendTraced(channel, { notice, recipient }, claims, tracing),
    }),
  }
}

interface Sending {
  readonly notice: Parameters<Channel['send']>[0]
  readonly recipient: Parameters<Channel['send']>[1]
}

async function sendTraced(
  channel: Channel,
  { notice, recipient }: Sending,
  claims: WeakMap<object, Claim>,
  tracing: Tracing,
): Promise<SendOutcome> {
  const { eventId, traceparent } = notice
  if (traceparent === null) return channel.send(notice, recipient)
  const claim = claims.get(recipient)
  const about = { eventId, subscriptionId: recipient.subscriptionId, ...attributesOf(claim) }
  const parent = claim ? continueTrace(traceparent) : traceparent
  if (claim) {
    const times = { startMs: claim.beganMs, endMs: claim.endedMs }
    const claiming = { name: 'delivery.claim', own: parent, parent: traceparent }
    tracing.tell({ ...claiming, ...times, attributes: about })
  }
  const own = continueTrace(traceparent)
  const startMs = Date.now()
  const sent = await channel.send({ ...notice, traceparent: own }, recipient)
  const { result, status } = sent
  tracing.tell({
    name: 'delivery.send',
    kind: 'client',
    own,
    parent,
    startMs,
    endMs: Date.now(),
    attributes: { ...about, result, status },
    failed: result !== 'delivered',
  })
  return sent
}

function attributesOf(claim: Claim | undefined) {
  return claim && { lane: claim.lane, attempt: claim.attempt, level: claim.level }
}
