// What is to go wrong, and in which order: a plan that follows from its seed alone. When each fault
// comes true depends on the machine; which one comes next does not.

import { makeRandom, type Random } from './random.ts'

/** Each kind, how long it lasts at most and at least, and how often it is drawn beside the others. */
const kinds = {
  'kill-api': { of: 'process', ms: [0, 1500], weight: 6 },
  'pause-api': { of: 'process', ms: [300, 3000], weight: 3 },
  'kill-notifier': { of: 'notifier', ms: [0, 2500], weight: 9 },
  'pause-notifier': { of: 'notifier', ms: [300, 5000], weight: 5 },
  'wipe-redis': { of: 'redis', ms: [0, 0], weight: 4 },
  'stop-redis': { of: 'redis', ms: [500, 5000], weight: 3 },
  'silence-redis': { of: 'redis', ms: [500, 4000], weight: 2 },
  'restart-postgres': { of: 'postgres', ms: [0, 0], weight: 3 },
  'shut-postgres-at-once': { of: 'postgres', ms: [0, 800], weight: 2 },
  'kill-postgres': { of: 'postgres', ms: [0, 800], weight: 2 },
  'cut-postgres': { of: 'postgres', ms: [0, 0], weight: 4 },
  'silence-postgres': { of: 'postgres', ms: [500, 3000], weight: 2 },
  'close-receiver': { of: 'receiver', ms: [500, 6000], weight: 5 },
  'silence-receiver': { of: 'receiver', ms: [500, 5000], weight: 4 },
  'cut-receiver': { of: 'receiver', ms: [0, 0], weight: 4 },
  hang: { of: 'receiver', ms: [500, 5000], weight: 4 },
  drip: { of: 'receiver', ms: [500, 5000], weight: 4 },
  'slow-headers': { of: 'receiver', ms: [500, 5000], weight: 2 },
  reset: { of: 'receiver', ms: [500, 5000], weight: 4 },
  'break-off': { of: 'receiver', ms: [500, 4000], weight: 2 },
  garbage: { of: 'receiver', ms: [500, 4000], weight: 2 },
  'huge-answer': { of: 'receiver', ms: [500, 3000], weight: 2 },
  'answer-500': { of: 'receiver', ms: [500, 6000], weight: 5 },
  'answer-429': { of: 'receiver', ms: [500, 5000], weight: 4 },
  redirect: { of: 'receiver', ms: [500, 5000], weight: 5 },
  rebind: { of: 'named', ms: [1000, 5000], weight: 5 },
  'lose-names': { of: 'named', ms: [1000, 5000], weight: 2 },
  'cut-readers': { of: 'readers', ms: [0, 0], weight: 4 },
} as const satisfies Record<string, Kind>

interface Kind {
  readonly of: 'process' | 'notifier' | 'redis' | 'postgres' | 'receiver' | 'named' | 'readers'
  readonly ms: readonly [number, number]
  readonly weight: number
}

export type FaultKind = keyof typeof kinds

export interface Fault {
  readonly kind: FaultKind
  /** What it is done to, as it is printed: nothing else happens to the same thing meanwhile. */
  readonly target: string
  /** Which one of several notifiers or receivers. */
  readonly index: number
  readonly lastsMs: number
  /** For what differs within a kind. */
  readonly variant: number
}

export interface PlanOptions {
  readonly seed: number
  readonly count: number
  /** False leaves out what needs a Redis that is ours to stop. */
  readonly redis: boolean
  readonly notifiers: number
  readonly receivers: number
  /** The first so many receivers are known by a name. */
  readonly named: number
}

export const faultKinds = Object.keys(kinds) as FaultKind[]

/** Draws a plan; each kind comes once before one comes often, as far as the count goes. */
export function makePlan(options: PlanOptions): Fault[] {
  const random = makeRandom(options.seed).fork('plan')
  const possible = faultKinds.filter((kind) => options.redis || kinds[kind].of !== 'redis')
  const once = shuffle(possible, random)
  return Array.from({ length: options.count }, (_, at) =>
    toFault(once[at] ?? draw(possible, random), options, random),
  )
}

function draw(possible: readonly FaultKind[], random: Random): FaultKind {
  const total = possible.reduce((sum, kind) => sum + kinds[kind].weight, 0)
  let left = random.next() * total
  return possible.find((kind) => (left -= kinds[kind].weight) < 0) ?? 'kill-notifier'
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function toFault(kind: FaultKind, options: PlanOptions, random: Random): Fault {
  const { of, ms } = kinds[kind]
  const counts = { notifier: options.notifiers, receiver: options.receivers, named: options.named }
  const index = of in counts ? random.whole(0, counts[of as keyof typeof counts] - 1) : 0
  return {
    kind,
    target: targetOf(of, index),
    index,
    lastsMs: random.whole(ms[0], ms[1]),
    variant: random.whole(0, 999),
  }
}

function targetOf(of: Kind['of'], index: number): string {
  if (of === 'process') return 'api'
  if (of === 'redis' || of === 'postgres' || of === 'readers') return of
  return `${of === 'notifier' ? 'notifier' : 'receiver'} ${index}`
}
