// Stops what was started, in reverse order, once, and within a time limit.

import type { Logger } from './logger.ts'

export interface Stopper {
  /** Registers how to stop something that has just started. */
  add(name: string, stop: () => Promise<void> | void): void
  /** Stops everything; later calls wait for the first. Resolves to the names that failed. */
  stop(): Promise<string[]>
}

/** Makes a stopper; each step is given up after `stepTimeoutMs` so that one cannot block the rest. */
export function makeStopper(log: Logger, stepTimeoutMs: number): Stopper {
  const steps: { name: string; stop: () => Promise<void> | void }[] = []
  let stopping: Promise<string[]> | undefined
  const run = async () => {
    const failed: string[] = []
    for (const step of steps.toReversed()) {
      try {
        await withTimeout(Promise.resolve(step.stop()), stepTimeoutMs)
      } catch (error) {
        failed.push(step.name)
        log.warn({ step: step.name, err: error }, 'stop.failed')
      }
    }
    return failed
  }
  return {
    add: (name, stop) => void steps.push({ name, stop }),
    stop: () => (stopping ??= run()),
  }
}

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped after ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Stops on SIGINT or SIGTERM, or when the parent that holds the IPC channel ends, and then ends the
 * process; a second signal ends it at once.
 */
export function stopOnSignals(stopper: Stopper, log: Logger): void {
  let asked = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1)
    asked = true
    log.info({ signal }, 'service.stopping')
    void stopper.stop().then((failed) => process.exit(failed.length === 0 ? 0 : 1))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // Started by a parent over IPC: when the parent is gone, nothing may stay behind.
  if (process.connected) process.on('disconnect', () => onSignal('SIGTERM'))
}
