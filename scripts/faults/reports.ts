// Reports of every level, as the contract's smallest one with the impact that makes the level.

import minimal from '../../packages/schema/vectors/valid/flash-minimal.json' with { type: 'json' }
import type { Random } from './random.ts'

type Impact = readonly [service: string, effect: string, users: number, from?: string]

/** By level, 0 to 4, after the rule set 2015.1.0. */
export const impacts: readonly [Impact, ...Impact[]] = [
  ['mobileData', 'none', 0],
  ['sms', 'degraded', 20],
  ['sms', 'degraded', 200_000],
  // For long enough to be serious.
  ['voiceEmergencyCapable', 'unavailable', 400_000, '2026-07-30T07:00:00+09:00'],
  ['mobileData', 'unavailable', 1_200_000],
]

/** Writes a report that all peers may see, at a level that is drawn unless it is given. */
export function writeReport(organisation: string, random: Random, level?: number): string {
  const [service, effect, value, from] = impacts[level ?? -1] ?? random.pick(impacts)
  const users = { value: value + random.whole(0, 9) * (value > 0 ? 1 : 0), qualifier: 'about' }
  return JSON.stringify({
    ...minimal,
    reporter: { organisation },
    impacts: [{ service, effect, users, ...(from && { from }) }],
    emergencyCalls: { effect: 'none' },
    areas: [{ type: 'prefecture', code: String(random.whole(1, 47)).padStart(2, '0') }],
    tlp: 'TLP:GREEN',
  })
}
