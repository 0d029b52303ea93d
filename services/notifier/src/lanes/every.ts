// Work that is done again and again.

/**
 * Runs work at once and then again and again, with a pause between the end of one run and the
 * start of the next. Stopping cuts the pause short and waits for a run in progress.
 */
export function every(pauseMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false
  let wakeUp = () => {}
  const loop = async () => {
    while (!stopped) {
      await work()
      if (stopped) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()
  return {
    async stop() {
      stopped = true
      wakeUp()
      await running
    },
  }
}
