// Reports to send: a vector of the contract of typical size (a mobile fault with two effects on
// voice, an estimate, a contact and a traffic control, 2 KB), each with other numbers.

import { readFile } from 'node:fs/promises'
import { root } from '../../scripts/system/paths.ts'

export interface ReportChoice {
  /** A vector of the contract. */
  readonly vector?: string
  /** Who reports, when not who does in the vector. */
  readonly organisation?: string
}

interface VariedReport {
  readonly asOf: { readonly at: string }
  readonly impacts: readonly { users?: { value?: number } }[]
  readonly areas: readonly { code: string }[]
  readonly reporter: { readonly organisation: string }
}

/** Makes so many different reports as JSON text, as of a minute before `now`. */
export async function makeReports(
  count: number,
  now: Date,
  { vector = 'update-fault-two-effects', organisation }: ReportChoice = {},
): Promise<string[]> {
  const text = await readFile(`${root}packages/schema/vectors/valid/${vector}.json`, 'utf8')
  const { asOf, reporter } = JSON.parse(text) as VariedReport
  const shiftMs = now.getTime() - 60_000 - Date.parse(asOf.at)
  const recent = text.replaceAll(/"\d{4}-\d\d-\d\dT[^"]+"/g, (instant) =>
    JSON.stringify(inJapan(Date.parse(JSON.parse(instant) as string) + shiftMs)),
  )
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      ...vary(recent, index),
      reporter: { ...reporter, ...(organisation && { organisation }) },
      // Peers hear of it without any agreement.
      tlp: 'TLP:GREEN',
    }),
  )
}

function vary(text: string, index: number): VariedReport {
  const report = JSON.parse(text) as VariedReport
  for (const impact of report.impacts) if (impact.users?.value) impact.users.value += index
  const code = String(1 + (index % 47)).padStart(2, '0')
  return { ...report, areas: report.areas.map((area) => ({ ...area, code })) }
}

const jstOffsetMs = 9 * 3_600_000

function inJapan(ms: number): string {
  return `${new Date(ms + jstOffsetMs).toISOString().slice(0, 19)}+09:00`
}
