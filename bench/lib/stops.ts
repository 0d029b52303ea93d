// What a benchmark has started and must stop, in reverse order, whatever happens.

const stops: (() => Promise<unknown>)[] = []

/** Registers how to stop something that has just started. */
export function onStop(stop: () => Promise<unknown>): void {
  stops.push(stop)
}

/** Stops everything started so far; what fails is told and does not hold up the rest. */
export async function stopEverything(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    await stop().catch((error: unknown) => {
      console.error(`while stopping: ${(error as Error).message}`)
    })
  }
}
