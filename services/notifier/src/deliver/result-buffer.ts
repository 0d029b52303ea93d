// Gathers results of attempts and records many in one statement. When the database is away they are
// kept and recorded later; were the process to end before, the deliveries would only be sent again.

import { type AttemptResult, type Db, recordAttempts } from '@renkei/db'
import type { Logger } from '@renkei/service-kit'

export interface ResultBuffer {
  add(result: AttemptResult): void
  /** Resolves when everything added so far is recorded. */
  flush(): Promise<void>
  waiting(): number
}

export interface ResultBufferDeps {
  readonly db: Db
  readonly notifierId: string
  readonly log: Logger
  readonly flushMs: number
  readonly flushResultsMax: number
  readonly onRecorded: (results: readonly AttemptResult[]) => void
}

const retryMs = 200

export function makeResultBuffer(deps: ResultBufferDeps): ResultBuffer {
  let waiting: AttemptResult[] = []
  let flushing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const drain = async () => {
    while (waiting.length > 0) {
      const results = waiting.slice(0, deps.flushResultsMax)
      try {
        await recordAttempts(deps.db, deps.notifierId, results)
        waiting = waiting.slice(results.length)
        deps.onRecorded(results)
      } catch (error) {
        deps.log.warn({ err: error, results: waiting.length }, 'results.not-recorded')
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
    flushing = undefined
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    return (flushing ??= drain())
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
