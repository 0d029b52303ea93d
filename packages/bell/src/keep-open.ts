// Keeps one session with a store alive: opens it, and when it breaks closes it and opens the next,
// at once first, then more slowly. Sessions never mend themselves, so there is one way to recover,
// the same for both stores, for a restart, a cut line and a store that is not there yet.

import { setTimeout as sleep } from 'node:timers/promises'
import { timing } from './queues.ts'

export interface Session {
  /** Resolves once the session works; stays pending when it never does. */
  readonly ready: Promise<void>
  /** Resolves with the reason once the session is of no more use. */
  readonly broken: Promise<Error>
  /** Ends it within a bounded time, waiting for work in progress if graceful; never rejects. */
  close(graceful: boolean): Promise<void>
}

export interface KeepOpenOptions<S extends Session> {
  open(): S
  /** Told of each session that works. */
  onUp(session: S): void
  /** Told once per outage, with its first reason. */
  onDown(reason: Error): void
}

export interface KeptOpen {
  close(): Promise<void>
}

/** Holds a session open until closed and never gives up; throws only what the first `open` does. */
export function keepOpen<S extends Session>(options: KeepOpenOptions<S>): KeptOpen {
  const stop = new AbortController()
  const done = run(options, options.open(), stop.signal)
  return {
    close() {
      stop.abort()
      return done
    },
  }
}

async function run<S extends Session>(
  options: KeepOpenOptions<S>,
  first: S,
  stop: AbortSignal,
): Promise<void> {
  let down = false
  let failures = 0
  for (let session = first; ; session = options.open()) {
    const over = whenOver(session, stop)
    if ((await Promise.race([session.ready, over])) === undefined) {
      down = false
      options.onUp(session)
      const steady = setTimeout(() => (failures = 0), timing.steadyAfterMs)
      await over
      clearTimeout(steady)
    }
    const end = await over
    if (end === 'stopped') return session.close(true)
    if (!down) options.onDown(end)
    down = true
    void session.close(false)
    await pause(failures, stop)
    if (stop.aborted) return
    failures += 1
  }
}

function whenOver(session: Session, stop: AbortSignal): Promise<Error | 'stopped'> {
  return new Promise((resolve) => {
    const onStop = () => resolve('stopped')
    if (stop.aborted) onStop()
    stop.addEventListener('abort', onStop)
    void session.broken.then(resolve).finally(() => stop.removeEventListener('abort', onStop))
  })
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const delays = timing.reopenDelaysMs
  const delayMs = delays[Math.min(failures, delays.length - 1)]
  await sleep(delayMs, undefined, { signal }).catch(() => undefined)
}
