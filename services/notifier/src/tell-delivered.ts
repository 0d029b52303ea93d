// One wide line for each attempt, and its part in the metrics.

import type { Clock, Logger } from '@renkei/service-kit'
import type { Delivered } from './deliver/deliver.ts'
import type { NotifierMetrics } from './health/metrics.ts'

export interface TellDeps {
  readonly metrics: Pick<NotifierMetrics, 'delivered' | 'attempts'>
  readonly log: Logger
  readonly clock: Clock
}

export function tellDelivered({ metrics, log, clock }: TellDeps) {
  return (lane: string, { result, event, sent }: Delivered): void => {
    const channel = 'webhook'
    const sinceAcceptMs = clock.now().getTime() - event.recordedAt.getTime()
    metrics.attempts.inc({ channel, result: sent.result, status: String(sent.status ?? 'none') })
    if (result.outcome === 'delivered') {
      metrics.delivered.observe({ level: String(event.level), channel }, sinceAcceptMs / 1000)
    }
    log.info(
      {
        eventId: event.eventId,
        subscriptionId: result.subscriptionId,
        reportId: event.reportId,
        revision: event.revision,
        level: event.level,
        lane,
        channel,
        attempt: result.attempt,
        result: result.result,
        status: result.status,
        reason: result.reason,
        durationMs: result.durationMs,
        sinceAcceptMs,
        retryInMs: result.retryInMs,
        traceparent: event.traceparent,
      },
      'delivery.attempted',
    )
  }
}
