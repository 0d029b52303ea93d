// Gathers results of attempts and records many in one statement. When the database is away they are
// kept and recorded later; were the process to end before, the deliveries would only be sent again.
// A result that the database refuses is left out, so that it holds up no other.

import { type Db, isDatabaseUnavailable, recordAttempts } from '@renkei/db'
import type { Logger } from '@renkei/service-kit'
import type { HealthKeeper } from './endpoint-health.ts'
import type { TriedDelivery } from './tried-delivery.ts'

export interface ResultBuffer {
  add(result: TriedDelivery): void
  /** Resolves when everything added so far is recorded. */
  flush(): Promise<void>
  waiting(): number
}

export interface ResultBufferDeps {
  readonly db: Db
  readonly notifierId: string
  readonly log: Logger
  readonly health: HealthKeeper
  readonly flushMs: number
  readonly flushResultsMax: number
  /** Told which results are settled, and the lanes in which deliveries now have their turn. */
  readonly onRecorded: (results: readonly TriedDelivery[], lanes: readonly string[]) => void
}

const retryMs = 200

export function makeResultBuffer(deps: ResultBufferDeps): ResultBuffer {
  let waiting: TriedDelivery[] = []
  let flushing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const drain = async () => {
    let size = deps.flushResultsMax
    while (waiting.length > 0) {
      const results = waiting.slice(0, size)
      const { lanes, sizeNext } = await record(results, deps)
      size = sizeNext
      if (!lanes) continue
      waiting = waiting.slice(results.length)
      deps.onRecorded(results, lanes)
    }
    flushing = undefined
  }
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length > 0) flushing ??= drain()
    await flushing
  }
  return {
    add(result) {
      waiting.push(result)
      if (flushing) return
      if (waiting.length >= deps.flushResultsMax) void flush()
      else timer ??= setTimeout(() => void flush(), deps.flushMs)
    },
    flush,
    waiting: () => waiting.length,
  }
}

interface Recorded {
  /** Nothing when the results are still to be recorded. */
  readonly lanes?: readonly string[]
  readonly sizeNext: number
}

async function record(
  results: readonly TriedDelivery[],
  deps: ResultBufferDeps,
): Promise<Recorded> {
  const { db, notifierId, log, flushResultsMax } = deps
  try {
    const lanes = await recordAttempts(db, notifierId, results)
    const recovered = await deps.health.note(results)
    return { lanes: recovered ? [...lanes, 'retry'] : lanes, sizeNext: flushResultsMax }
  } catch (error) {
    if (isDatabaseUnavailable(error)) {
      log.warn({ err: error, results: results.length }, 'results.not-recorded')
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      return { sizeNext: flushResultsMax }
    }
    // Halved until the one that is refused stands alone.
    if (results.length > 1) return { sizeNext: Math.ceil(results.length / 2) }
    log.error({ err: error, ...results[0] }, 'result.refused')
    return { lanes: [], sizeNext: flushResultsMax }
  }
}
