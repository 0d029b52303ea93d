import { expect, test } from 'vitest'
import { nextTryAt, type WaitingFacts, waitsFor } from './waiting-reason.ts'

const now = new Date('2026-04-01T00:00:00Z')
const soon = new Date('2026-04-01T00:01:00Z')

const ready: WaitingFacts = {
  lane: 'level4',
  dueAt: now,
  claimed: false,
  subscriptionState: 'active',
  endpoint: null,
  probeAt: null,
  askedUntil: null,
  behindRevision: null,
  replayId: null,
  now,
}

test.each<[Partial<WaitingFacts>, string, Date | null]>([
  [{}, 'waits for its turn', now],
  [{ claimed: true }, 'is being sent', now],
  [{ dueAt: soon }, 'is tried again at 2026-04-01T00:01:00.000Z', soon],
  [{ replayId: 'r', lane: 'replay' }, 'waits for its turn in a replay', now],
  [{ behindRevision: 2 }, 'goes after revision 2 of the same report', now],
  [{ lane: 'digest', dueAt: soon }, 'goes into the digest of 2026-04-01T00:01:00.000Z', soon],
  [{ dueAt: null }, 'is held until the endpoint answers again', null],
  [
    { dueAt: null, endpoint: 'open', probeAt: soon },
    'the endpoint is failing; it is tried again at 2026-04-01T00:01:00.000Z',
    soon,
  ],
  [{ dueAt: null, endpoint: 'open' }, 'the endpoint is failing', null],
  [
    { dueAt: null, endpoint: 'halfOpen' },
    'the endpoint was failing; one delivery is on its way to it',
    null,
  ],
  [
    { dueAt: null, endpoint: 'open', probeAt: soon, askedUntil: soon },
    'the receiver asked not to be sent anything before 2026-04-01T00:01:00.000Z',
    soon,
  ],
  // Whatever else stands in the way: a paused subscription is sent nothing.
  [
    { subscriptionState: 'paused', endpoint: 'open', probeAt: soon },
    'waits until the subscription is active again',
    null,
  ],
  [
    { subscriptionState: 'pendingVerification' },
    'waits until the endpoint has answered its challenge',
    null,
  ],
])('%j: %s', (facts, words, next) => {
  expect(waitsFor({ ...ready, ...facts })).toBe(words)
  expect(nextTryAt({ ...ready, ...facts })).toEqual(next)
})
