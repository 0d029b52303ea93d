// Holds every scenario to the contract, to the lifecycle and to its sources. The texts of the
// incident data lie beside the repository; without them the check on wording says so and is skipped.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkTransition, parseReport, type Report } from '@renkei/schema'
import { describe, expect, it } from 'vitest'
import {
  listScenarios,
  loadScenario,
  type Scenario,
  type ScenarioStep,
  scenarioTimeline,
  submissionOf,
} from './load-scenario.ts'
import { scenarioFaults } from './scenario-faults.ts'

const names = await listScenarios()
const scenarios = await Promise.all(names.map(loadScenario))
const incidentData = join(import.meta.dirname, '../../shared/data/incidents')

interface Posted {
  step: ScenarioStep
  report: Report
}

/** The submissions of a scenario in time, with an id for every incident, by incident. */
function replay(scenario: Scenario): Map<string, Posted[]> {
  const reportIds = new Map<string, string>()
  const byIncident = new Map<string, Posted[]>()
  for (const step of scenarioTimeline(scenario)) {
    const report = submissionOf(step, reportIds)
    const number = String(reportIds.size + 10)
    if (!reportIds.has(step.incident)) {
      reportIds.set(step.incident, `01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e${number}`)
    }
    byIncident.set(step.incident, [...(byIncident.get(step.incident) ?? []), { step, report }])
  }
  return byIncident
}

function pairs(scenario: Scenario): { before: Posted; after: Posted }[] {
  return [...replay(scenario).values()].flatMap((posted) =>
    posted.slice(1).map((after, index) => ({ before: posted[index]!, after })),
  )
}

function find(document: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split('/')
    .reduce<unknown>(
      (node, name) => (node as Record<string, unknown> | undefined)?.[name],
      document,
    )
}

/** What a scenario says in words of its own, without addresses and keys. */
function wordsOf(scenario: Scenario): string[] {
  const words: string[] = []
  const visit = (value: unknown) => {
    if (typeof value === 'string') words.push(value)
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(visit)
  }
  visit([scenario.title, scenario.note])
  for (const { note, report } of scenario.steps) visit([note, report])
  return words
}

describe('loading', () => {
  it('lists the five incidents', () => {
    expect(names).toEqual([
      'docomo-2021',
      'kddi-2022',
      'ntt-east-west-2023',
      'softbank-2018',
      'tohoku-2011',
    ])
  })

  it('refuses an unknown name and names the known ones', async () => {
    await expect(loadScenario('../package')).rejects.toThrow(/docomo-2021, kddi-2022/)
  })

  it('sorts the steps by time and keeps the order of one instant', () => {
    const scenario = structuredClone(scenarios[0]!)
    const [first, second, third] = scenario.steps
    const sorted = scenarioTimeline({ ...scenario, steps: [third!, first!, second!] })
    expect(sorted.map((step) => step.at)).toEqual([first!.at, second!.at, third!.at])
    const twin = { ...first!, incident: 'twin' }
    expect(scenarioTimeline({ ...scenario, steps: [twin, first!] })[0]).toBe(twin)
  })

  it('refuses to build a submission that refers to an incident without a report', () => {
    const step = scenarios.flatMap((scenario) => scenario.steps).find((entry) => entry.related)!
    expect(() => submissionOf(step, new Map())).toThrow(/has no report yet/)
  })
})

describe('the form', () => {
  const broken: [string, (scenario: Scenario) => void, RegExp][] = [
    ['another name', (s) => (s.name = 'other'), /its name is not/],
    ['an unknown member', (s) => Object.assign(s, { extra: 1 }), /unknown member extra/],
    [
      'an unknown organisation',
      (s) => (s.organisations = [s.organisations[1]!]),
      /not in the list/,
    ],
    ['a source that is no URL', (s) => (s.steps[0]!.sources = ['press']), /not a list of URLs/],
    ['no sources', (s) => (s.steps[0]!.sources = []), /not a list of URLs/],
    [
      'steps out of order',
      (s) => (s.steps = s.steps.toReversed()),
      /earlier than what stands before/,
    ],
    ['a report that breaks the contract', (s) => (s.steps[0]!.report.areas = []), /tooFew/],
    ['a report posted before it holds', (s) => (s.steps[0]!.at = s.startsAt), /before the moment/],
    [
      'a step without a mark of verification',
      (s) => Reflect.deleteProperty(s.steps[0]!, 'verified'),
      /verified is not/,
    ],
    [
      'a reference to a later incident',
      (s) => (s.steps[0]!.related = [{ incident: 'later', relation: 'causedBy' }]),
      /not posted before/,
    ],
  ]

  it.each(broken)('refuses %s', (_, breakIt, message) => {
    const scenario = structuredClone(scenarios[1]!)
    breakIt(scenario)
    expect(scenarioFaults(scenario, 'kddi-2022').join('\n')).toMatch(message)
  })
})

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (_, scenario) => {
    it('submits only reports that the contract takes, relations included', () => {
      const faults = [...replay(scenario).values()].flat().flatMap(({ report }) => {
        const parsed = parseReport(report)
        return parsed.ok ? [] : parsed.faults
      })
      expect(faults).toEqual([])
    })

    it('moves only along allowed transitions', () => {
      const refused = pairs(scenario).filter(
        ({ before, after }) =>
          !checkTransition(after.report.kind, before.report.state, after.report.state).ok ||
          before.report.kind !== after.report.kind,
      )
      expect(refused.map(({ after }) => after.step.at)).toEqual([])
    })

    it('keeps every promise of a next update', () => {
      const late = pairs(scenario).filter(
        ({ before, after }) =>
          Date.parse(after.step.at) > Date.parse(before.report.nextUpdateBy ?? '1970-01-01'),
      )
      expect(late.map(({ after }) => after.step.at)).toEqual([])
    })

    it('never loses an estimate: earlier ones stay in the list', () => {
      for (const { before, after } of pairs(scenario)) {
        const earlier = before.report.estimate ?? []
        expect(after.report.estimate?.slice(0, earlier.length) ?? []).toEqual(earlier)
      }
    })

    it('is real, public in tone and open to peers: actual, GREEN or CLEAR, in Japanese and English', () => {
      for (const { report } of scenario.steps) {
        expect(report.messageStatus).toBe('actual')
        expect(['TLP:GREEN', 'TLP:CLEAR']).toContain(report.tlp)
        expect(report.texts.map((text) => text.language)).toEqual(['ja', 'en'])
      }
    })

    it('points with every mark of an assumption at a part that is there', () => {
      for (const { assumed, report, at } of scenario.steps) {
        for (const pointer of assumed ?? []) {
          expect(find(report, pointer), `${at} ${pointer}`).toBeDefined()
        }
      }
      for (const pointer of scenario.assumed) {
        expect(scenario.steps.some(({ report }) => find(report, pointer) !== undefined)).toBe(true)
      }
    })

    it('holds no phone number and no person: desks with addresses at example domains', () => {
      for (const words of wordsOf(scenario)) {
        expect(words).not.toMatch(
          /\+81|(?<!\d)0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)|(?<!\d)0\d{9,10}(?!\d)/,
        )
        expect(words).not.toMatch(/社長|専務|氏[はがのを、]|さん[はがのを、]|\bM(?:r|s|rs)\. /)
      }
      for (const { report } of scenario.steps) {
        for (const { name, phone, email } of report.contacts) {
          expect(phone).toBeUndefined()
          expect(name).toMatch(/^\S+ NOC\(当直\)$/)
          expect(email).toMatch(/^noc@[a-z-]+\.example$/)
        }
      }
    })

    const present = existsSync(incidentData)
    const says = present ? '' : ' (skipped: the incident data is not beside the repository)'
    it.skipIf(!present)(`copies no sentence from the incident data${says}`, () => {
      const theirs = incidentTexts()
      expect(theirs.length).toBeGreaterThan(50)
      expect(copies(wordsOf(scenario), theirs)).toEqual([])
    })
  },
)

/** Texts and sentences of 25 characters and more that stand in both. */
function copies(ours: readonly string[], theirs: readonly string[]): string[] {
  const long = (texts: readonly string[]) =>
    texts
      .flatMap((text) => [text, ...text.split(/[。;.]/)])
      .map((part) => part.trim())
      .filter((part) => part.length >= 25)
  const allOurs = ours.join('\n')
  const allTheirs = theirs.join('\n')
  return [
    ...long(theirs).filter((part) => allOurs.includes(part)),
    ...long(ours).filter((part) => allTheirs.includes(part)),
  ]
}

function incidentTexts(): string[] {
  return readdirSync(incidentData).flatMap((file) => {
    const { timeline } = JSON.parse(readFileSync(join(incidentData, file), 'utf8')) as {
      timeline?: { text_ja?: string; text_en?: string }[]
    }
    return (timeline ?? []).flatMap(({ text_ja, text_en }) => [text_ja ?? '', text_en ?? ''])
  })
}

describe('what the sources do not confirm', () => {
  it('is marked on the step', () => {
    const unverified = scenarios.flatMap(({ steps }) =>
      steps
        .filter((step) => !step.verified)
        .map((step) => `${step.incident} ${step.at.slice(5, 16)}`),
    )
    expect(unverified).toEqual([
      'docomo-registration 10-14T17:15',
      'iijmio-type-d 10-14T18:00',
      'docomo-registration 10-14T18:45',
      'iijmio-type-d 10-14T20:30',
      'iijmio-type-d 10-15T22:20',
      'kddi-volte 07-02T03:05',
      'okinawa-volte 07-02T03:30',
      'kddi-volte 07-02T06:00',
      'kddi-volte 07-02T09:00',
      'kddi-volte 07-04T12:30',
      'east-ftth 04-03T07:30',
      'west-ftth 04-03T07:35',
      'softbank-4g 12-06T15:10',
      'softbank-4g 12-06T16:00',
      'softbank-4g 12-06T17:15',
      'kddi-quake 03-11T15:20',
      'softbank-quake 03-11T15:25',
      'ntt-east-quake 03-11T15:30',
      'docomo-quake 03-11T17:10',
    ])
  })
})
