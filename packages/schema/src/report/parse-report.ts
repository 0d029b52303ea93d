// The one way into the system for a report: an unknown value becomes a Report, or the list of
// everything that is wrong with it. First the text of the raw JSON, then the shape by the schema,
// then the rules on meaning, on all parts whose shape is right.

import type { Report } from '../generated/report.gen.ts'
import { errorsMax, guard } from './bounded-shape.ts'
import { distinctFaults, type Fault, type Parsed } from './fault.ts'
import { reportRules } from './rules/report-rules.ts'
import { renkeiGivenMembers } from './rules/renkei-given.ts'
import { shapeFaults, withoutEchoes } from './shape-faults.ts'
import { type SoundParts, soundParts } from './sound-parts.ts'
import { validateReport } from './validators.ts'

/**
 * The report that a submission holds, the same object unchanged. Refuses, with every fault at once
 * (200 at most), what the schema or a rule on meaning does not allow, and the members that Renkei
 * gives itself. `value` is what `JSON.parse` gave; its size is the caller's to limit.
 */
export function parseReport(value: unknown): Parsed<'report', Report> {
  const { raw, isBeyond } = guard(value, validateReport)
  if (isBeyond) return refused(raw)
  if (validateReport(value)) {
    const faults = [...raw, ...meaningFaults(value, value)]
    return faults.length === 0 ? { ok: true, report: value } : refused(faults)
  }
  const errors = validateReport.errors ?? []
  const found = shapeFaults(errors.slice(0, errorsMax))
  if (!isObject(value)) return refused(found)
  const shape = withoutEchoes([...raw, ...found.filter(isOfSubmission)])
  // Without all errors at hand nobody knows which parts are sound.
  if (errors.length > errorsMax) return refused(shape)
  return refused([...shape, ...meaningFaults(soundParts(value, shape), value)])
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function refused(faults: readonly Fault[]): { ok: false; faults: Fault[] } {
  return { ok: false, faults: distinctFaults(faults) }
}

function meaningFaults(report: SoundParts, document: object): Fault[] {
  const faults: Fault[] = []
  for (const rule of reportRules) rule(report, faults, document)
  return faults
}

// What Renkei gives is refused as such, whatever its shape.
function isOfSubmission({ pointer }: Fault): boolean {
  return !renkeiGivenMembers.some((member) => pointer.split('/')[1] === member)
}
