// Reports for the tests of the API, from the published vectors, with all instants moved so that they
// hold as of an hour ago.

import { readFileSync } from 'node:fs'

export type Json = Record<string, unknown>

/** A report that its peers see without any agreement: a vector with some members replaced. */
export function sampleReport(organisation: string, members: Json = {}, vector?: string): Json {
  return { ...vectorReport(organisation, vector), tlp: 'TLP:GREEN', ...members }
}

/** A vector, with its label, as a report of an organisation. */
export function vectorReport(organisation: string, vector = 'flash-minimal'): Json {
  const text = readFileSync(
    new URL(`../../../packages/schema/vectors/valid/${vector}.json`, import.meta.url),
    'utf8',
  )
  const given = JSON.parse(text) as Json & { asOf: { at: string } }
  const anHourAgo = Math.floor(Date.now() / 1000) * 1000 - 3_600_000
  const byMs = anHourAgo - Math.floor(Date.parse(given.asOf.at) / 1000) * 1000
  const { reporter, ...report } = moved(given, byMs) as Json
  return { ...report, reporter: { ...(reporter as Json), organisation } }
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

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

function moved(value: unknown, byMs: number): unknown {
  if (typeof value === 'string') {
    return instant.test(value) ? inJapan(Date.parse(value) + byMs) : value
  }
  if (Array.isArray(value)) return value.map((item) => moved(item, byMs))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, moved(member, byMs)])
  return Object.fromEntries(members)
}

function inJapan(ms: number): string {
  const japan = new Date(ms + 9 * 3_600_000)
  return japan.toISOString().replace(/(?:\.000)?Z$/, '+09:00')
}
