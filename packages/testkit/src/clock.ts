// A clock that stands still until told to move, for everything that takes `now` as a dependency.

export type FakeClock = { now(): Date; advance(ms: number): void; set(iso: string): void }

/** A clock that shows `startIso` until it is advanced or set. Refuses to go back. */
export function fakeClock(startIso: string): FakeClock {
  let nowMs = parse(startIso)
  const moveTo = (ms: number): void => {
    if (!(ms >= nowMs)) throw new Error('A clock does not go back')
    nowMs = ms
  }
  return {
    now: () => new Date(nowMs),
    advance: (ms) => moveTo(nowMs + ms),
    set: (iso) => moveTo(parse(iso)),
  }
}

function parse(iso: string): number {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) throw new Error(`Not a time: ${iso}`)
  return ms
}
