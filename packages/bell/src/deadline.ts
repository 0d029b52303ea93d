// Waiting with an end.

/**
 * Passes on what the work gives, or rejects once it has taken longer than the limit. A reply that
 * lay unread while this process was busy still counts as in time.
 */
export function withDeadline<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${what}: no answer within ${limitMs} ms`))
    // Timers run before sockets are read, hence one more turn of the event loop.
    const timer = setTimeout(() => setImmediate(late), limitMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Waits for the work to end in whatever way, but no longer than the limit. */
export async function waitAtMost(work: Promise<unknown>, limitMs: number): Promise<void> {
  await withDeadline(work, limitMs, 'close').catch(() => undefined)
}
