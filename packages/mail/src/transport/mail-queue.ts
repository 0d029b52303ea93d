// Whose turn it is at the mail server: the highest level first, of one level in the order of coming. A
// quarter of the connections and of the places to wait are for level 4 alone.

export interface MailQueue {
  /**
   * Resolves to what gives the connection back, when it is the caller's turn; to nothing when there is
   * no place left for its level or its signal comes first.
   */
  enter(level: number, signal: AbortSignal): Promise<(() => void) | undefined>
}

const waitingPerConnectionMax = 16

interface Waiting {
  readonly level: number
  readonly begin: (leave: (() => void) | undefined) => void
}

/** Makes the queue before so many connections. */
export function makeMailQueue(connectionsMax: number): MailQueue {
  const placesMax = connectionsMax * waitingPerConnectionMax
  const lowConnectionsMax = Math.max(1, connectionsMax - Math.ceil(connectionsMax / 4))
  let waiting: Waiting[] = []
  let sending = 0

  const proceed = () => {
    // The first is of the highest level: when it may not begin, none may.
    for (let [first] = waiting; first && sending < connectionsFor(first.level); [first] = waiting) {
      waiting.shift()
      sending += 1
      first.begin(onceOnly(leave))
    }
  }
  const leave = () => {
    sending -= 1
    proceed()
  }
  const connectionsFor = (level: number) => (level >= 4 ? connectionsMax : lowConnectionsMax)

  return {
    enter(level, signal) {
      if (sending + waiting.length >= placesMax * shareOf(level)) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const one: Waiting = { level, begin: resolve }
        const before = waiting.findIndex((other) => other.level < level)
        waiting.splice(before < 0 ? waiting.length : before, 0, one)
        const giveUp = () => {
          waiting = waiting.filter((other) => other !== one)
          resolve(undefined)
        }
        signal.addEventListener('abort', giveUp, { once: true })
        proceed()
      })
    },
  }
}

// How much of all places may be taken when one of this level comes.
function shareOf(level: number): number {
  if (level >= 4) return 1
  return level === 3 ? 3 / 4 : 1 / 2
}

function onceOnly(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}
