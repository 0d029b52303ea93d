// One wide line for each attempt, and its part in the metrics. What is to be sent comes first: lines
// follow a moment later, a few in each turn of the event loop.

import type { Logger } from '@renkei/service-kit'
import type { ChannelName, SendOutcome } from './channels/channel.ts'
import type { Delivered } from './deliver/deliver.ts'
import type { TriedDelivery } from './deliver/tried-delivery.ts'
import type { NotifierMetrics } from './health/metrics.ts'

export interface TellDeps {
  readonly metrics: Pick<NotifierMetrics, 'delivered' | 'attempts'>
  readonly log: Logger
}

export interface Teller {
  readonly tell: (lane: string, delivered: Delivered) => void
  /** Tells at once what is still to be told. */
  flush(): void
}

const delayMs = 50
const linesPerTurn = 32

/** Makes the teller of a process; flush it before the process ends. */
export function makeTeller(deps: TellDeps): Teller {
  let untold: { lane: string; delivered: Delivered }[] = []
  let waits = false
  const tellSome = (count: number) => {
    const some = untold.slice(0, count)
    untold = untold.slice(count)
    for (const { lane, delivered } of some) tellOne(lane, delivered, deps)
  }
  const proceed = () => {
    tellSome(linesPerTurn)
    waits = untold.length > 0
    if (waits) setImmediate(proceed)
  }
  return {
    tell(lane, delivered) {
      untold.push({ lane, delivered })
      if (waits) return
      waits = true
      setTimeout(proceed, delayMs)
    },
    flush: () => tellSome(untold.length),
  }
}

function tellOne(lane: string, { result, event, sent, channel }: Delivered, deps: TellDeps) {
  const { subscriptionId, attempt, status, reason, durationMs, retryInMs } = result
  const sinceAcceptMs = Date.parse(result.startedAt) + durationMs - event.recordedAt.getTime()
  measure({ channel, result, level: event.level, sinceAcceptMs }, deps)
  deps.log.info(
    {
      eventId: event.eventId,
      subscriptionId,
      reportId: event.reportId,
      revision: event.revision,
      level: event.level,
      lane,
      channel,
      attempt,
      result: sent.result,
      status,
      reason,
      durationMs,
      sinceAcceptMs,
      retryInMs,
      traceparent: event.traceparent,
    },
    'delivery.attempted',
  )
}

interface Measured {
  readonly channel: ChannelName
  readonly result: TriedDelivery
  readonly level: number
  readonly sinceAcceptMs: number
}

function measure({ channel, result, level, sinceAcceptMs }: Measured, { metrics }: TellDeps) {
  const status = String(result.status ?? 'none')
  metrics.attempts.inc({ channel, result: result.result, status })
  if (result.outcome !== 'delivered') return
  metrics.delivered.observe({ level: String(level), channel }, sinceAcceptMs / 1000)
}

export interface Digest {
  /** What was recorded of each event, whether or not it was in the mail. */
  readonly tried: readonly {
    readonly result: TriedDelivery
    readonly level: number
    readonly ageMs: number
  }[]
  /** How many events were in the mail. */
  readonly events: number
  readonly sent: SendOutcome
  readonly durationMs: number
}

/** Tells of a digest: one line, and each event in the metrics. */
export function tellDigest({ tried, events, sent, durationMs }: Digest, deps: TellDeps): void {
  for (const { result, level, ageMs } of tried) {
    measure({ channel: 'email', result, level, sinceAcceptMs: ageMs + durationMs }, deps)
  }
  const { result, status, reason, untried = false } = sent
  const subscriptionId = tried[0]?.result.subscriptionId
  const facts = { channel: 'email', subscriptionId, events, result, status, reason, untried }
  deps.log.info({ ...facts, durationMs }, 'digest.attempted')
}
