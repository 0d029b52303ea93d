import { describe, expect, test } from 'vitest'
import type { Receipt } from './journal.ts'
import { type Evidence, judge } from './judge.ts'

const accepted = [1, 2, 3].map((revision) => ({
  reportId: 'r',
  revision,
  eventId: `e${revision}`,
  level: 1,
}))
const receipt = (revision: number, taken = true, subscriptionId = 's'): Receipt => ({
  subscriptionId,
  reportId: 'r',
  revision,
  eventId: `e${revision}`,
  taken,
})
const sightings = accepted.map(({ eventId, revision }) => ({
  eventId,
  cursor: String(revision),
  previous: String(revision - 1),
  isReport: true,
}))
const subscriber = (mode: 'all' | 'latest') => ({ subscriptionId: 's', name: 'peer', mode })
const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  accepted,
  receipts: accepted.map(({ revision }) => receipt(revision)),
  alarms: [],
  subscribers: [subscriber('all')],
  readers: [{ name: 'reader', sightings }],
  ended: [],
  books: [],
  ...changes,
})

test('finds nothing where everything came, and counts what came twice', () => {
  expect(judge(evidence()).faults).toEqual([])
  const again = evidence({ receipts: [...evidence().receipts, receipt(1)] })
  expect(judge(again)).toMatchObject({ faults: [], totals: { delivered: 3, duplicates: 1 } })
})

describe('what never came', () => {
  const receipts = [receipt(1), receipt(3)]
  test('is lost in mode all', () => {
    const { totals, faults } = judge(evidence({ receipts }))
    expect(totals).toMatchObject({ delivered: 2, lost: 1 })
    expect(faults[0]).toContain('revision 2')
  })
  test('is superseded in mode latest once a newer revision was taken, and lost before', () => {
    const subscribers = [subscriber('latest')]
    expect(judge(evidence({ receipts, subscribers })).totals).toMatchObject({
      superseded: 1,
      lost: 0,
    })
    const none = evidence({ receipts: [receipt(1), receipt(3, false)], subscribers })
    expect(judge(none).totals).toMatchObject({ superseded: 0, lost: 2 })
  })
  test('is dead when the ledger gives a reason, and lost when it gives none', () => {
    const end = { eventId: 'e2', subscriptionId: 's', outcome: 'dead' }
    const with_ = (reason: string) =>
      judge(evidence({ receipts, ended: [{ ...end, reason }] })).totals
    expect(with_('gave up')).toMatchObject({ dead: 1, lost: 0 })
    expect(with_('')).toMatchObject({ dead: 0, lost: 1 })
  })
  test.each(['all', 'latest'] as const)('was given up too early, in mode %s as well', (mode) => {
    const end = { eventId: 'e2', subscriptionId: 's', outcome: 'dead', reason: 'gave up' }
    const { faults } = judge(evidence({ receipts, ended: [end], subscribers: [subscriber(mode)] }))
    expect(faults).toEqual([expect.stringMatching(/^given up: .*revision 2 .*peer \(gave up\)$/)])
  })
  test('is lost although it arrived when the receiver never said yes', () => {
    const refused = evidence({ receipts: [receipt(1), receipt(2, false), receipt(3)] })
    expect(judge(refused).totals).toMatchObject({ lost: 1 })
  })
})

describe('the order of a report', () => {
  const receipts = [receipt(1), receipt(2, false), receipt(3), receipt(2)]
  test('is broken when a revision comes before the one before it was taken', () => {
    expect(judge(evidence({ receipts })).faults).toEqual([expect.stringContaining('revision 3')])
  })
  test('is of no matter in mode latest, nor for what comes again', () => {
    const subscribers = [subscriber('latest')]
    expect(judge(evidence({ receipts, subscribers })).faults).toEqual([])
    const again = [receipt(1), receipt(2), receipt(3), receipt(2), receipt(1)]
    expect(judge(evidence({ receipts: again })).faults).toEqual([])
  })
})

describe('a reader of the feed', () => {
  const reads = (of: typeof sightings) =>
    judge(evidence({ readers: [{ name: 'reader', sightings: of }] })).faults
  test('that misses one is told of the gap and of the event', () => {
    expect(reads(sightings.filter((_, index) => index !== 1))).toHaveLength(2)
  })
  test('that sees one twice is told', () => {
    expect(reads([...sightings, ...sightings.slice(2)]).join()).toContain('twice')
  })
})

test('tells of what was sent or stored without an answer, and passes on other alarms', () => {
  const extra = { ...receipt(4), reportId: 'other' }
  const { faults } = judge(
    evidence({ receipts: [...evidence().receipts, extra], books: ['a'], alarms: ['b'] }),
  )
  expect(faults).toEqual([expect.stringContaining('e4'), 'a', 'b'])
})
