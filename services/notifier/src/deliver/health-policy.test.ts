import { describe, expect, test } from 'vitest'
import { afterAttempts, failuresMax, type Tally, unknownHealth } from './health-policy.ts'

const now = new Date('2026-07-30T00:00:00Z')
const at = { now, random: 1, levelWaiting: 0 }
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const fresh = unknownHealth('s')

const fails = (failures: number, changes: Partial<Tally> = {}): Tally => ({
  failures,
  succeeded: false,
  lastStatus: 500,
  lastReason: 'answered 500',
  level: 1,
  askedMs: 0,
  slow: false,
  ...changes,
})
const succeeds: Tally = { ...fails(0), succeeded: true, lastStatus: null, lastReason: null }

describe('the health of an endpoint', () => {
  test('stays closed below three failures in a row, and remembers since when', () => {
    const health = afterAttempts(fresh, fails(failuresMax - 1), at)
    expect(health).toMatchObject({ state: 'closed', consecutiveFailures: 2, failingSince: now })
  })

  test.each([1, 2, 3])('opens with the third failure, be it the %dth of its batch', (last) => {
    const before = afterAttempts(fresh, fails(failuresMax - last), at)
    const health = afterAttempts(before, fails(last), at)
    expect(health).toMatchObject({ state: 'open', probes: 0, probeAt: inSeconds(5) })
  })

  test('one success between failures starts the count anew', () => {
    const before = afterAttempts(fresh, fails(2), at)
    const health = afterAttempts(before, fails(2, { succeeded: true }), at)
    expect(health).toMatchObject({ state: 'closed', consecutiveFailures: 2 })
  })

  test('one success closes it and leaves nothing but what its owner was told', () => {
    const open = { ...afterAttempts(fresh, fails(9), at), told: 'warned' as const }
    const off = { ...open, state: 'halfOpen' as const, switchedOffAt: now }
    expect(afterAttempts(off, succeeds, at)).toEqual({ ...fresh, told: 'warned' })
  })

  test('each probe in vain waits a step longer, by the schedule of the level', () => {
    let health = afterAttempts(fresh, fails(3, { level: 4 }), at)
    const waits = []
    for (let probe = 0; probe < 6; probe += 1) {
      waits.push(health.probeAt!.getTime() - now.getTime())
      health = afterAttempts({ ...health, state: 'halfOpen' }, fails(1, { level: 4 }), at)
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 15_000])
  })

  test('what was under way when it opened does not push the probe further away', () => {
    const open = afterAttempts(fresh, fails(3), at)
    const later = { ...at, now: inSeconds(4) }
    expect(afterAttempts(open, fails(5), later)).toMatchObject({ probeAt: inSeconds(5), probes: 0 })
  })

  test('urgent news in vain starts the schedule anew, though a day was left to wait', () => {
    const long = { ...afterAttempts(fresh, fails(3), at), probes: 8, probeAt: inSeconds(86_400) }
    const health = afterAttempts(long, fails(1, { level: 3 }), at)
    expect(health).toMatchObject({ probes: 0, probeAt: inSeconds(1) })
  })

  test('a receiver that asks for time gets it at the first failure, for everything', () => {
    const health = afterAttempts(fresh, fails(1, { askedMs: 20_000 }), at)
    expect(health).toMatchObject({
      state: 'open',
      probeAt: inSeconds(20),
      askedUntil: inSeconds(20),
    })
  })

  test('one with nothing left to probe goes on where its schedule was', () => {
    const idle = { ...afterAttempts(fresh, fails(3), at), state: 'closed' as const, probes: 2 }
    expect(afterAttempts(idle, fails(1), at)).toMatchObject({ state: 'open', probes: 3 })
  })

  test.each([
    { level: 1, seconds: 1800 },
    { level: 3, seconds: 300 },
    { level: 4, seconds: 30 },
  ])('what somebody has to mend is not probed before $seconds s at level $level', (row) => {
    const health = afterAttempts(fresh, fails(3, { level: row.level, slow: true }), at)
    expect(health).toMatchObject({ state: 'open', probeAt: inSeconds(row.seconds) })
  })

  test.each([
    { levelWaiting: 2, seconds: 86_400 },
    { levelWaiting: 3, seconds: 600 },
    { levelWaiting: 4, seconds: 60 },
  ])(
    'a day asked for by an answer to level 1 is $seconds s while level $levelWaiting waits',
    (row) => {
      const { levelWaiting, seconds } = row
      const health = afterAttempts(fresh, fails(1, { askedMs: 86_400_000 }), {
        ...at,
        levelWaiting,
      })
      expect(health).toMatchObject({ probeAt: inSeconds(seconds), askedUntil: inSeconds(seconds) })
    },
  )
})
