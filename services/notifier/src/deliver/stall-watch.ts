// Sees which sends have had no answer for a while. Those under way are kept in the order in which they
// began, so one timer looks after all of them.

export interface StallWatch {
  /** Calls back once when the send has lasted too long; the answer ends the watch over it. */
  add(onStalled: () => void): () => void
}

interface Watched {
  readonly sinceMs: number
  readonly onStalled: () => void
}

/** Makes the watch of a process; a send that lasts `afterMs` is stalled. */
export function makeStallWatch(afterMs: number): StallWatch {
  const watched = new Set<Watched>()
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    timer = undefined
    for (const one of watched) {
      const leftMs = one.sinceMs + afterMs - performance.now()
      if (leftMs > 0) {
        timer = setTimeout(look, leftMs)
        timer.unref()
        return
      }
      watched.delete(one)
      one.onStalled()
    }
  }
  return {
    add(onStalled) {
      const one = { sinceMs: performance.now(), onStalled }
      watched.add(one)
      timer ??= setTimeout(look, afterMs)
      timer.unref()
      return () => void watched.delete(one)
    },
  }
}
