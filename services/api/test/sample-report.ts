// Reports for the tests of the API, from the published vectors, with the instants moved so that they
// are observed an hour before now.

import { readFileSync } from 'node:fs'

export type Json = Record<string, unknown>

/** A valid report of an organisation: a vector with some members replaced. */
export function sampleReport(
  organisation: string,
  members: Json = {},
  vector = 'flash-minimal',
): Json {
  const text = readFileSync(
    new URL(`../../../packages/schema/vectors/valid/${vector}.json`, import.meta.url),
    'utf8',
  )
  const { reporter, ...report } = moved(JSON.parse(text)) as Json
  return { ...report, reporter: { ...(reporter as Json), organisation }, ...members }
}

/** An instant so many minutes after now (before now, when negative), in Japan's time. */
export function minutesFromNow(minutes: number): string {
  return inJapan(Date.now() + minutes * 60_000)
}

/** A level 4 report: nobody in Tokyo can call the emergency numbers. */
export function emergencyReport(organisation: string, members: Json = {}): Json {
  return sampleReport(organisation, {
    impacts: [
      {
        service: 'voiceEmergencyCapable',
        effect: 'unavailable',
        users: { value: 1_000_000, qualifier: 'exact' },
      },
    ],
    emergencyCalls: { effect: 'unavailable' },
    ...members,
  })
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
// The vectors speak of this moment as just before their report.
const vectorNowMs = Date.parse('2026-07-30T12:00:00+09:00')

function moved(value: unknown): unknown {
  if (typeof value === 'string') {
    return instant.test(value) ? inJapan(Date.parse(value) - vectorNowMs + Date.now()) : value
  }
  if (Array.isArray(value)) return value.map(moved)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, moved(member)]))
}

function inJapan(ms: number): string {
  const japan = new Date(Math.floor(ms / 1000) * 1000 + 9 * 3_600_000)
  return japan.toISOString().replace('.000Z', '+09:00')
}
