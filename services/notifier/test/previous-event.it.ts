// The event before, in a subscriber's view, against the plain definition of it.

import { readFactsBefore, type EventFacts } from '@renkei/db'
import { hear, type SubscriptionFilter } from '@renkei/schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accept, type RevisionOptions } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { makePreviousEvents, type View } from '../src/view/previous-event.ts'

const count = 700

let world: World
let carriers: string[]
let facts: EventFacts[]
let views: View[]

beforeAll(async () => {
  world = await openWorld()
  carriers = [world.carrier, await world.organisation()]
  await accept(world.db, ...Array.from({ length: count }, (_, nr) => varied(nr)))
  facts = (await readFactsBefore(world.db, count + 1, count)).toReversed()
  views = filters().flatMap((filter) =>
    [0, 350].map((viewSince) => view(carriers[0]!, filter, viewSince)),
  )
})

afterAll(() => world.close())

const levels = [0, 1, 2, 3, 4] as const

function varied(nr: number): RevisionOptions {
  return {
    organisationId: carriers[nr % 7 === 0 ? 1 : 0]!,
    level: levels[(nr * 3) % 5]!,
    ...(nr % 11 === 0 && { report: { messageStatus: 'exercise' as const } }),
    ...(nr % 13 === 0 && { report: { tlp: 'TLP:RED' as const } }),
  }
}

function filters(): SubscriptionFilter[] {
  return [
    {},
    { minLevel: 4 },
    { organisations: [carriers[1]!] },
    { messageStatuses: ['exercise'] },
    { organisations: ['nobody'] },
  ]
}

function view(organisationId: string, filter: SubscriptionFilter, viewSince: number): View {
  return { organisationId, organisationKind: 'carrier', filter, viewSince }
}

const nothingAgreed = () => undefined

const isHeard = (seen: View, fact: EventFacts) =>
  hear(seen, seen.filter, fact, nothingAgreed) !== undefined

function truth(seq: number, seen: View): number {
  const before = facts.filter((fact) => fact.seq < seq && fact.seq > seen.viewSince)
  return before.findLast((fact) => isHeard(seen, fact))?.seq ?? seen.viewSince
}

const belonging = (seen: View) =>
  facts.filter((fact) => fact.seq > seen.viewSince && isHeard(seen, fact))

// Fisher–Yates with a fixed seed: the same order in every run.
function shuffled<T>(list: readonly T[]): T[] {
  const result = [...list]
  let seed = 20_220_702
  for (let at = result.length - 1; at > 0; at -= 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    const other = seed % (at + 1)
    ;[result[at], result[other]] = [result[other]!, result[at]!]
  }
  return result
}

describe('the event before', () => {
  test.each([
    { name: 'in feed order', order: <T>(list: readonly T[]) => [...list] },
    { name: 'backwards', order: <T>(list: readonly T[]) => list.toReversed() },
    { name: 'in any order', order: shuffled },
  ])('is the same when asked $name, by views that share their filter', async ({ order }) => {
    const previous = makePreviousEvents(world.db, nothingAgreed)
    const asked = views.flatMap((seen) => belonging(seen).map((fact) => ({ fact, seen })))
    expect(asked.length).toBeGreaterThan(500)
    for (const { fact, seen } of order(asked)) {
      expect(await previous.before(fact, seen)).toBe(truth(fact.seq, seen))
    }
  })

  test('is the same when everybody asks at once', async () => {
    const previous = makePreviousEvents(world.db, nothingAgreed)
    const asked = views.flatMap((seen) => belonging(seen).map((fact) => ({ fact, seen })))
    const found = await Promise.all(asked.map(({ fact, seen }) => previous.before(fact, seen)))
    expect(found).toEqual(asked.map(({ fact, seen }) => truth(fact.seq, seen)))
  })

  test('is never after the event, even when its view began after it', async () => {
    const previous = makePreviousEvents(world.db, nothingAgreed)
    for (const seq of [10, 200, 349]) {
      const late = view(carriers[0]!, {}, 350)
      const found = await previous.before(facts[seq - 1]!, late)
      expect(found).toBe(truth(seq, { ...late, viewSince: 0 }))
    }
  })

  test('is not confused by an event that the filter no longer asks for', async () => {
    const previous = makePreviousEvents(world.db, nothingAgreed)
    const narrow: SubscriptionFilter = { minLevel: 4 }
    const [owedBefore, next] = [facts[400]!, belonging(view(carriers[0]!, narrow, 401))[0]!]
    expect(isHeard(view(carriers[0]!, narrow, 0), owedBefore)).toBe(false)
    await previous.before(owedBefore, view(carriers[0]!, narrow, 450))
    const seen = view(carriers[0]!, narrow, 0)
    expect(await previous.before(next, seen)).toBe(truth(next.seq, seen))
  })
})
