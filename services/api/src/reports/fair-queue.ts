// Who is stored next. The highest levels first; within a level the organisations take turns, so that
// a long line of one delays nobody else. Of submissions that share a name one goes at a time, in the
// order of their arrival: the others stand aside until it is settled. What a step costs does not depend
// on how many wait.

import { type Named, namesOf } from './submission-names.ts'

/** 0: level 4; 1: level 3; 2: everything else, and whatever is no real incident. */
export type Rank = 0 | 1 | 2

export interface Ranked {
  readonly submission: Named
  readonly rank: Rank
}

export interface FairQueue<Item extends Ranked> {
  push(item: Item): void
  /** Takes the next round; what is in it holds its names until it is settled. */
  take(max: number): Item[]
  settle(round: readonly Item[]): void
  /** Takes out all that wait, ready or not; who is under way stays. */
  clear(): Item[]
  /** How many could be taken now. */
  ready(): number
  /** Whether one of them is of an organisation that has nothing under way. */
  hasNewcomer(): boolean
  /** How many wait or are under way: all, or those of one organisation and rank. */
  count(organisationId?: string, rank?: Rank): number
}

/** Makes an empty queue. */
export function makeFairQueue<Item extends Ranked>(): FairQueue<Item> {
  const lines = ([0, 1, 2] as const).map(() => makeTurns<Item>())
  const names = makeNames<Item>()
  const waiting = new Set<Item>()
  const counts = new Map<string, number>()
  const underWay = new Map<string, number>()
  let total = 0
  const countOne = (item: Item, by: 1 | -1) => {
    change(counts, countKey(organisationOf(item), item.rank), by)
    total += by
  }
  const lineOf = (item: Item) => lines[item.rank] as Turns<Item>
  return {
    push(item) {
      countOne(item, 1)
      waiting.add(item)
      if (names.claim(item)) lineOf(item).add(item)
    },
    take(max) {
      const round: Item[] = []
      for (const line of lines) {
        while (round.length < max && line.size() > 0) round.push(line.next())
      }
      for (const item of round) {
        waiting.delete(item)
        change(underWay, organisationOf(item), 1)
      }
      return round
    },
    settle(round) {
      for (const item of round) {
        countOne(item, -1)
        change(underWay, organisationOf(item), -1)
      }
      // Who stood aside came before those in line behind it.
      for (const item of names.release(round).toReversed()) lineOf(item).addInFront(item)
    },
    clear() {
      const items = [...waiting]
      for (const item of items) countOne(item, -1)
      for (const line of lines) line.clear()
      names.forget(waiting)
      waiting.clear()
      return items
    },
    ready: () => lines.reduce((sum, line) => sum + line.size(), 0),
    hasNewcomer: () =>
      lines.some((line) => line.organisations().some((code) => !underWay.has(code))),
    count: (organisationId, rank = 2) =>
      organisationId === undefined ? total : (counts.get(countKey(organisationId, rank)) ?? 0),
  }
}

function organisationOf({ submission }: Ranked): string {
  return submission.caller.organisationId
}

function change(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

function countKey(organisationId: string, rank: Rank): string {
  return `${rank} ${organisationId}`
}

interface Turns<Item> {
  add(item: Item): void
  addInFront(item: Item): void
  /** The first of the organisation whose turn it is. */
  next(): Item
  size(): number
  /** Who is in line. */
  organisations(): string[]
  clear(): void
}

// A map keeps the order in which its keys came: who had a turn is put behind the others.
function makeTurns<Item extends Ranked>(): Turns<Item> {
  const lines = new Map<string, Item[]>()
  let size = 0
  const lineOf = (item: Item): Item[] => {
    const organisationId = organisationOf(item)
    const line = lines.get(organisationId) ?? []
    lines.set(organisationId, line)
    size += 1
    return line
  }
  return {
    add: (item) => void lineOf(item).push(item),
    addInFront: (item) => void lineOf(item).unshift(item),
    next() {
      const [organisationId, line] = lines.entries().next().value ?? []
      const item = line?.shift()
      if (!organisationId || !line || !item) throw new RangeError('nobody is in line')
      lines.delete(organisationId)
      if (line.length > 0) lines.set(organisationId, line)
      size -= 1
      return item
    },
    size: () => size,
    organisations: () => [...lines.keys()],
    clear() {
      lines.clear()
      size = 0
    },
  }
}

// For each name those that want it, by arrival; the first one has it.
function makeNames<Item extends Ranked>() {
  const wanted = new Map<string, Item[]>()
  const hasAll = (item: Item) =>
    namesOf(item.submission).every((name) => wanted.get(name)?.[0] === item)
  return {
    /** True when the item has all its names at once. */
    claim(item: Item): boolean {
      for (const name of namesOf(item.submission)) {
        const line = wanted.get(name)
        if (line) line.push(item)
        else wanted.set(name, [item])
      }
      return hasAll(item)
    },
    /** Gives up the names of a round; returns who has all of its own now. */
    release(round: readonly Item[]): Item[] {
      const next = new Set<Item>()
      for (const name of round.flatMap(({ submission }) => namesOf(submission))) {
        const line = wanted.get(name)
        line?.shift()
        const first = line?.[0]
        if (first) next.add(first)
        else wanted.delete(name)
      }
      return [...next].filter(hasAll)
    },
    forget(items: ReadonlySet<Item>): void {
      for (const [name, line] of wanted) {
        const left = line.filter((item) => !items.has(item))
        if (left.length > 0) wanted.set(name, left)
        else wanted.delete(name)
      }
    },
  }
}
