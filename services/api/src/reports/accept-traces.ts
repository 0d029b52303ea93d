// The API's part of an event's trace, from the request that made it: received, validated, classified,
// committed. Made only when spans are told to somebody. The request's own trace is another one and only
// linked to: the event's goes to every receiver and must not tie it to what else the sender does.

import type { Change } from '@renkei/db'
import { continueTrace, type ToldSpan, type Tracing } from '@renkei/service-kit'

export interface AcceptTraces {
  /** Begins to take the times of a request, which reached the server so long ago. */
  begin(requestId: string, elapsedMs: number): AcceptTimes
  /** Forgets a request: it has its answer. */
  end(requestId: string): void
  /** Tells of what is durable now. */
  committed(changes: readonly Change[]): void
}

export interface AcceptTimes {
  validated(): void
  classified(): void
}

interface Times {
  readonly receivedMs: number
  readonly readMs: number
  validatedMs: number
  classifiedMs: number
}

/** Makes the traces of a process. */
export function makeAcceptTraces(tracing: Tracing): AcceptTraces {
  const underWay = new Map<string, Times>()
  return {
    begin(requestId, elapsedMs) {
      const readMs = Date.now()
      const receivedMs = readMs - elapsedMs
      const times: Times = { receivedMs, readMs, validatedMs: readMs, classifiedMs: readMs }
      underWay.set(requestId, times)
      return {
        validated: () => void (times.validatedMs = Date.now()),
        classified: () => void (times.classifiedMs = Date.now()),
      }
    },
    end: (requestId) => void underWay.delete(requestId),
    committed(changes) {
      const endMs = Date.now()
      for (const change of changes) {
        for (const span of spansOf(change, underWay.get(change.requestId), endMs))
          tracing.tell(span)
      }
    },
  }
}

// Many reports of one request, or one that we took no times of, show from their commit on.
function spansOf(change: Change, times: Times | undefined, endMs: number): ToldSpan[] {
  const { traceparent, requestTrace } = change
  if (traceparent === null) return []
  const { eventId, reportId, revision, level, lane, requestId } = change
  const attributes = { eventId, reportId, revision, level, lane, requestId }
  const recordedMs = Date.parse(change.recordedAt)
  const part = (name: string, startMs: number, until: number): ToldSpan => {
    const place = { own: continueTrace(traceparent), parent: traceparent }
    return { name, ...place, startMs, endMs: until, attributes }
  }
  const whole: ToldSpan = {
    name: 'report.accept',
    kind: 'server',
    own: traceparent,
    ...(requestTrace && { links: [requestTrace] }),
    startMs: times?.receivedMs ?? recordedMs,
    endMs,
    attributes,
  }
  if (!times) return [whole, part('report.commit', recordedMs, endMs)]
  return [
    whole,
    part('report.receive', times.receivedMs, times.readMs),
    part('report.validate', times.readMs, times.validatedMs),
    part('report.classify', times.validatedMs, times.classifiedMs),
    part('report.commit', times.classifiedMs, endMs),
  ]
}
