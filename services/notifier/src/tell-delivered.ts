// One wide line for each attempt, and its part in the metrics. What is to be sent comes first: lines
// follow a moment later, a few in each turn of the event loop.

import type { Logger } from '@renkei/service-kit'
import type { Delivered } from './deliver/deliver.ts'
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

function tellOne(lane: string, { result, event, sent }: Delivered, { metrics, log }: TellDeps) {
  const channel = 'webhook'
  const { subscriptionId, attempt, status, reason, durationMs, retryInMs } = result
  const sinceAcceptMs = Date.parse(result.startedAt) + durationMs - event.recordedAt.getTime()
  metrics.attempts.inc({ channel, result: sent.result, status: String(sent.status ?? 'none') })
  if (result.outcome === 'delivered') {
    metrics.delivered.observe({ level: String(event.level), channel }, sinceAcceptMs / 1000)
  }
  log.info(
    {
      eventId: event.eventId,
      subscriptionId,
      reportId: event.reportId,
      revision: event.revision,
      level: event.level,
      lane,
      channel,
      attempt,
      result: result.result,
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
