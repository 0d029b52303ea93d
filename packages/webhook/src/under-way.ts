// Counts what is under way, so that a close can let it end.

export interface UnderWay {
  begin(): void
  end(): void
  /** Resolves when nothing is under way, and after `waitMsMax` at the latest. */
  idle(waitMsMax: number): Promise<void>
}

/** Makes a count at zero. */
export function createUnderWay(): UnderWay {
  let count = 0
  let onIdle: (() => void) | undefined
  return {
    begin() {
      count += 1
    },
    end() {
      count -= 1
      if (count === 0) onIdle?.()
    },
    async idle(waitMsMax) {
      if (count === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMsMax)
        onIdle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
