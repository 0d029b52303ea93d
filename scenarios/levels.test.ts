// The level of each step at the moment it is posted, by the criteria of 2015, and why. Levels are
// raw: holding a level while an incident is open is the service's part.

import { chooseRuleSet, classify, type Classification, ruleSets } from '@renkei/schema'
import { describe, expect, it } from 'vitest'
import { loadScenario, scenarioTimeline, submissionOf } from './load-scenario.ts'

async function classifications(name: string, incident: string) {
  const reportIds = new Map<string, string>()
  const found: { at: string; classification: Classification }[] = []
  for (const step of scenarioTimeline(await loadScenario(name))) {
    const report = submissionOf(step, reportIds)
    const number = String(reportIds.size + 10)
    reportIds.set(step.incident, `01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e${number}`)
    if (step.incident !== incident) continue
    const ruleSet = chooseRuleSet(ruleSets, step.at)
    found.push({ at: step.at, classification: classify(report, { ruleSet, now: step.at }) })
  }
  return found
}

async function levels(name: string, incident: string): Promise<string[]> {
  const found = await classifications(name, incident)
  return found.map(
    ({ at, classification: { level } }) => `${at.slice(5, 16)} ${level.value} ${level.ruleIds[0]}`,
  )
}

describe('kddi-2022', () => {
  it('is Significant at the flash, Major after one hour, Crisis once a million users are stated', async () => {
    expect(await levels('kddi-2022', 'kddi-volte')).toEqual([
      // Users unknown: voice nationwide counts as 30,000, and emergency calls are hit.
      '07-02T01:45 2 significant.users',
      '07-02T02:05 2 significant.users',
      // One hour with 30,000 users of voice that carries emergency calls: a serious accident.
      '07-02T03:05 3 serious.voiceEmergency.1h',
      '07-02T06:00 3 serious.voiceEmergency.1h',
      '07-02T09:00 3 serious.voiceEmergency.1h',
      '07-02T12:00 3 serious.voiceEmergency.1h',
      '07-02T16:00 3 serious.voiceEmergency.1h',
      '07-02T17:00 3 serious.voiceEmergency.1h',
      '07-03T01:00 3 serious.voiceEmergency.1h',
      '07-03T07:00 3 serious.voiceEmergency.1h',
      '07-03T08:00 3 serious.voiceEmergency.1h',
      // The first figure, at most 39.15 million lines, came 33 hours after onset.
      '07-03T11:05 4 crisis.users',
      '07-03T17:45 4 crisis.users',
      '07-03T20:00 4 crisis.users',
      '07-04T08:00 4 crisis.users',
      '07-04T12:30 4 crisis.users',
      '07-04T15:10 4 crisis.users',
      '07-04T16:00 4 crisis.users',
      '07-04T20:00 4 crisis.users',
      '07-05T13:00 4 crisis.users',
      '07-05T15:40 4 crisis.users',
      // Corrected downwards to 22.78 million: still above a million.
      '07-28T10:00 4 crisis.users',
    ])
  })

  it('owes the public a first notice at 02:05, 30 minutes after onset, from the flash on', async () => {
    for (const { classification } of await classifications('kddi-2022', 'kddi-volte')) {
      const first = classification.deadlines.find(({ kind }) => kind === 'firstNoticePublic')
      expect(first).toMatchObject({ dueAt: '2022-07-02T02:05:00+09:00', basis: 'guideline' })
    }
  })

  it('stops the clock at 61 h 25 min, the end of the impact, not at the declaration', async () => {
    const closing = (await classifications('kddi-2022', 'kddi-volte')).at(-1)
    expect(closing?.classification.clock.stoppedAt).toBe('2022-07-04T15:00:00+09:00')
    const voice = closing?.classification.legalClasses.find((entry) => entry.met)
    expect(voice?.durationSeconds).toBe((61 * 60 + 25) * 60)
  })
})

describe('the other incidents', () => {
  it('sees docomo as Crisis once 2 million are stated and still after the correction to 1 million', async () => {
    expect(await levels('docomo-2021', 'docomo-registration')).toEqual([
      '10-14T17:15 2 significant.users',
      '10-14T17:45 2 significant.users',
      '10-14T18:45 3 serious.voiceEmergency.1h',
      '10-14T20:05 3 serious.voiceEmergency.1h',
      '10-14T23:50 3 serious.voiceEmergency.1h',
      '10-15T05:15 3 serious.voiceEmergency.1h',
      '10-15T14:15 4 crisis.users',
      '10-15T17:25 4 crisis.users',
      '10-15T22:10 4 crisis.users',
      '11-10T11:00 4 crisis.users',
    ])
  })

  it('raises NTT East and NTT West to Crisis when each says that the other has the same cause', async () => {
    const east = await levels('ntt-east-west-2023', 'east-ftth')
    const west = await levels('ntt-east-west-2023', 'west-ftth')
    expect(east.slice(0, 2).map((line) => line[12])).toEqual(['2', '3'])
    expect(west.slice(0, 2).map((line) => line[12])).toEqual(['2', '3'])
    expect(east).toContain('04-03T18:00 4 crisis.sameCause')
    expect(west).toContain('04-03T18:05 4 crisis.sameCause')
  })

  it('sees SoftBank as Major after one hour and as Crisis with the count of the next day', async () => {
    expect((await levels('softbank-2018', 'softbank-4g')).map((line) => line[12])).toEqual([
      '2',
      '2',
      '3',
      '3',
      '3',
      '3',
      '3',
      '4',
      '4',
    ])
  })

  it('sees the blocking of 80 % and more in 2011 as Major at once', async () => {
    expect((await levels('tohoku-2011', 'docomo-quake'))[0]).toContain('3 major.blocked')
    expect((await levels('tohoku-2011', 'kddi-quake'))[0]).toContain('3 major.blocked')
    expect((await levels('tohoku-2011', 'softbank-quake'))[0]).toContain('2 significant')
  })
})
