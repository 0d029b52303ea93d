// The expected steps are written out again as one line of states per line of the table, so that
// a slip in the tables shows. Every pair of states is asked for every kind.

import { describe, expect, test } from 'vitest'
import type { Kind, State } from '../generated/report.gen.ts'
import reportSchema from '../../schemas/report.schema.json' with { type: 'json' }
import { checkTransition, isOpen, statesOf } from './lifecycle.ts'

const allStates = reportSchema.$defs.state.enum as State[]
const incidentKinds: Kind[] = ['fault', 'congestion', 'cyber', 'leak']
const plannedKinds: Kind[] = ['maintenance', 'plannedDemand']

// From (first word) to (the others), staying included.
const incidentSteps = `
suspected: suspected investigating identified mitigating partiallyRestored equipmentRestored monitoring restored closed withdrawn
investigating: investigating identified mitigating partiallyRestored equipmentRestored monitoring restored closed withdrawn
identified: identified mitigating partiallyRestored equipmentRestored monitoring restored closed withdrawn
mitigating: mitigating partiallyRestored equipmentRestored monitoring restored closed withdrawn
partiallyRestored: investigating mitigating partiallyRestored equipmentRestored monitoring restored closed withdrawn
equipmentRestored: investigating mitigating equipmentRestored monitoring restored closed withdrawn
monitoring: investigating mitigating monitoring restored closed withdrawn
restored: investigating mitigating restored closed withdrawn
`
const plannedSteps = `
planned: planned inProgress completed closed cancelled
inProgress: inProgress completed closed cancelled
completed: completed closed
`

describe.each([
  { kinds: incidentKinds, steps: incidentSteps, stateCount: 10 },
  { kinds: plannedKinds, steps: plannedSteps, stateCount: 5 },
])('kinds $kinds', ({ kinds, steps, stateCount }) => {
  const expected = parseSteps(steps)

  test.each(kinds)('%s allows exactly the listed steps, for every pair of states', (kind) => {
    for (const from of allStates) {
      for (const to of allStates) {
        const allowed = expected.get(from)?.has(to) ?? false
        expect(checkTransition(kind, from, to).ok, `${from} -> ${to}`).toBe(allowed)
      }
    }
  })

  test.each(kinds)('%s names all and only the allowed states in a refusal', (kind) => {
    for (const from of allStates) {
      const refused = checkTransition(kind, from, from === 'planned' ? 'suspected' : 'planned')
      if (refused.ok) throw new Error(`${from} must refuse`)
      expect(new Set(refused.allowed)).toEqual(expected.get(from) ?? new Set())
      for (const state of refused.allowed) expect(refused.detail).toContain(state)
    }
  })

  test.each(kinds)('%s has its own states only', (kind) => {
    expect(statesOf(kind)).toHaveLength(stateCount)
    for (const [from, next] of expected) {
      for (const state of [from, ...next]) expect(statesOf(kind)).toContain(state)
    }
  })
})

test('every kind belongs to one of the two tables', () => {
  expect([...incidentKinds, ...plannedKinds].sort()).toEqual(
    [...reportSchema.$defs.kind.enum].sort(),
  )
})

test('only closed, withdrawn and cancelled reports are not open', () => {
  expect(allStates.filter((state) => !isOpen(state)).sort()).toEqual([
    'cancelled',
    'closed',
    'withdrawn',
  ])
})

function parseSteps(steps: string): Map<string, Set<string>> {
  const lines = steps.trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [from = '', next = ''] = line.split(': ')
      return [from, new Set(next.split(' '))]
    }),
  )
}
