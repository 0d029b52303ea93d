// One delivery, from a claimed row to its result: project for the audience, envelope, send, decide.

import type { ClaimedDelivery, FeedEvent, SharingBook } from '@renkei/db'
import { eventWriter, hear, type SubscriptionFilter } from '@renkei/schema'
import type { Clock } from '@renkei/service-kit'
import type { ChannelName, Channels, SendOutcome } from '../channels/channel.ts'
import type { EventStore } from '../view/event-store.ts'
import type { PreviousEvents } from '../view/previous-event.ts'
import { decideNext } from './retry-policy.ts'
import { factsOf, type TriedDelivery } from './tried-delivery.ts'

export interface DeliverDeps {
  readonly events: EventStore
  readonly sharing: SharingBook
  readonly previous: PreviousEvents
  readonly channels: Channels
  readonly clock: Clock
  readonly random: () => number
  readonly giveUpAfterMs: number
  /** For levels 3 and 4. */
  readonly giveUpUrgentAfterMs: number
}

export interface Delivered {
  readonly result: TriedDelivery
  readonly event: FeedEvent
  readonly channel: ChannelName
  readonly sent: SendOutcome
}

/** Attempts a delivery once; rejects only when the event cannot be read. */
export async function deliver(delivery: ClaimedDelivery, deps: DeliverDeps): Promise<Delivered> {
  const event = await deps.events.get(delivery.seq)
  const body = await writeBody(event, delivery, deps)
  const startedAt = deps.clock.now()
  const started = performance.now()
  const sent = await send(body, event, delivery, deps)
  const durationMs = Math.round(performance.now() - started)
  const attempt = delivery.attempts + 1
  const level = delivery.peakLevel
  const next = decideNext(sent, {
    attempt,
    level,
    ageMs: startedAt.getTime() - (delivery.replayedAt ?? event.recordedAt).getTime(),
    giveUpAfterMs: level >= 3 ? deps.giveUpUrgentAfterMs : deps.giveUpAfterMs,
    random: deps.random(),
  })
  const tried = { ...factsOf(delivery, sent), attempt, startedAt: startedAt.toISOString() }
  const { channel } = delivery
  return { event, channel, sent, result: { ...tried, durationMs, ...next } }
}

/** What is recorded of a delivery that a fault of ours kept from being sent. */
export function brokenResult(delivery: ClaimedDelivery, deps: DeliverDeps): TriedDelivery {
  const sent: SendOutcome = {
    result: 'retry',
    status: null,
    reason: 'it could not be made ready to be sent; the operator has been told',
    retryAfterMs: null,
    pace: 'slow',
    countsAgainstHealth: false,
  }
  const attempt = delivery.attempts + 1
  const { peakLevel: level } = delivery
  const never = { ageMs: 0, giveUpAfterMs: Infinity, random: deps.random() }
  const next = decideNext(sent, { attempt, level, ...never })
  const startedAt = deps.clock.now().toISOString()
  return { ...factsOf(delivery, sent), attempt, startedAt, durationMs: 0, ...next }
}

export async function writeBody(event: FeedEvent, delivery: ClaimedDelivery, deps: DeliverDeps) {
  const filter = delivery.filter as SubscriptionFilter
  // What it asks for by now is not the question: it is owed, and gets what it may see.
  const all = { messageStatuses: [event.messageStatus] } as SubscriptionFilter
  const hearing = hear(delivery, all, event, deps.sharing.find)
  const write = hearing && eventWriter(event, hearing)
  if (!write) return undefined
  const view = { ...delivery, filter }
  return write(await deps.previous.before(event, view), delivery.skipped)
}

async function send(
  body: string | undefined,
  event: FeedEvent,
  delivery: ClaimedDelivery,
  deps: DeliverDeps,
): Promise<SendOutcome> {
  if (delivery.state === 'ended') return refused('the subscription was ended')
  if (body === undefined) return refused('the subscriber may no longer see this report')
  const notice = { eventId: event.eventId, body, traceparent: event.traceparent }
  const channel = deps.channels[delivery.channel]
  return channel ? channel.send(notice, delivery) : notSetUp(delivery.channel)
}

function notSetUp(channel: string): SendOutcome {
  const reason = `the operator has not set up the channel ${channel}`
  return { result: 'retry', status: null, reason, retryAfterMs: null, countsAgainstHealth: false }
}

function refused(reason: string): SendOutcome {
  return { result: 'refused', status: null, reason, retryAfterMs: null }
}
