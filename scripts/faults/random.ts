// Random numbers that can be had again: the same seed gives the same row.

export interface Random {
  /** From 0 up to, and without, 1. */
  next(): number
  /** A whole number from `min` to `max`. */
  whole(min: number, max: number): number
  pick<T>(from: readonly [T, ...T[]]): T
  /** A row of its own, which draws nothing from this one. */
  fork(name: string): Random
}

/** Makes the row of a seed (the generator mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    whole,
    pick: (from) => from[whole(0, from.length - 1)] ?? from[0],
    fork: (name) => makeRandom(Buffer.from(name).reduce(mix, seed)),
  }
}

function mix(sum: number, byte: number): number {
  return Math.imul(sum ^ byte, 0x01000193) >>> 0
}
