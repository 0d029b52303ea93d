import { expect, test } from 'vitest'
import { summariseProfile } from './profile-summary.ts'

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 4 })

test('adds up the own time of each function and leaves out the time in which nothing was done', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('sign', 'file:///x/packages/webhook/src/sign.ts') },
      { id: 3, callFrame: frame('sign', 'file:///x/packages/webhook/src/sign.ts') },
      { id: 4, callFrame: frame('', 'node:net') },
    ],
    samples: [1, 2, 3, 4, 2],
    timeDeltas: [50_000, 1000, 2000, 1000, 4000],
  }
  expect(summariseProfile(JSON.stringify(profile))).toEqual([
    { what: 'sign packages/webhook/src/sign.ts:5', ms: 7, share: 0.875 },
    { what: '(anonymous) node:net:5', ms: 1, share: 0.125 },
  ])
})
