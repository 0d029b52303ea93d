// A report for tests of the rules: one mobile voice outage in Tokyo that began at 10:00 and goes on.

import type { ClassifiableReport } from './classification.ts'
import { ruleSets } from './rule-sets.ts'
import type { RuleSet } from './rule-set.ts'

export const startAt = '2026-04-01T10:00:00+09:00'

/** The instant that lies the given seconds after the start of the example. */
export function afterStart(seconds: number): string {
  return new Date(Date.parse(startAt) + seconds * 1000).toISOString()
}

/** The published rule set of an edition, `2015` or `2025`. */
export function ruleSetOf(edition: string): RuleSet {
  const found = ruleSets.find((set) => set.version.startsWith(edition))
  if (found === undefined) throw new RangeError(`no rule set of ${edition}`)
  return found
}

/** The example with some members replaced. */
export function exampleReport(members: Partial<ClassifiableReport> = {}): ClassifiableReport {
  return {
    kind: 'fault',
    messageStatus: 'actual',
    state: 'investigating',
    reporter: { organisation: 'example-mobile' },
    occurredAt: { at: startAt, precision: 'exact' },
    detectedAt: { at: startAt, precision: 'exact' },
    asOf: { at: startAt, precision: 'exact' },
    impacts: [
      {
        service: 'voiceEmergencyCapable',
        effect: 'unavailable',
        users: { value: 1000, qualifier: 'exact' },
      },
    ],
    emergencyCalls: { effect: 'none' },
    areas: [{ type: 'text', name: '東京都の一部' }],
    ...members,
  }
}
