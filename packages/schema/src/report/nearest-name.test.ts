import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const names = ['impacts', 'areas', 'texts', 'occurredAt', 'restoredAt', 'tlp']

test.each([
  ['impact', 'impacts'],
  ['Impacts', 'impacts'],
  ['ocurredAt', 'occurredAt'],
  ['restored_at', 'restoredAt'],
  ['TLP', 'tlp'],
])('%s most likely means %s', (name, nearest) => {
  expect(nearestName(name, names)).toBe(nearest)
})

test.each(['severity', '', 'x'.repeat(65), 'subscriberNumber'])(
  'suggests nothing for "%s"',
  (name) => {
    expect(nearestName(name, names)).toBeUndefined()
  },
)
