import { describe, expect, test } from 'vitest'
import { checkMove, type MoveName, moves } from './moves.ts'

const states = [
  'proposed',
  'active',
  'declined',
  'withdrawn',
  'lapsed',
  'ended',
  'expired',
] as const
const names = Object.keys(moves) as MoveName[]

// What each party may do in each state; everything else is refused or done already.
const possible: Record<string, readonly MoveName[]> = {
  'proposed proposer': ['withdraw'],
  'proposed counterpart': ['accept', 'decline'],
  'active proposer': ['end'],
  'active counterpart': ['end'],
}

describe.each(states)('an agreement that is %s', (state) => {
  test.each(['proposer', 'counterpart'])('can be moved by its %s only as listed', (party) => {
    const agreement = { state, proposer: 'proposer' }
    const moved = names.filter((name) => checkMove(name, agreement, party).kind === 'move')
    expect(moved).toEqual(possible[`${state} ${party}`] ?? [])
  })
})

test('a refusal names the states that the party may bring about', () => {
  const refused = checkMove('end', { state: 'proposed', proposer: 'a' }, 'b')
  expect(refused).toMatchObject({ kind: 'refused', allowed: ['active', 'declined'] })
})

test('the same word again is no refusal, and only to who may say it', () => {
  const accepted = { state: 'active', proposer: 'a' } as const
  expect(checkMove('accept', accepted, 'b').kind).toBe('done')
  expect(checkMove('accept', accepted, 'a').kind).toBe('refused')
})
