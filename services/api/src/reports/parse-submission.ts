// From a request to a submission: every check that needs no more of the database than for whom the
// caller may speak.

import type { Db, SharingBook } from '@renkei/db'
import { type Fault, parseReport, type Report } from '@renkei/schema'
import type { Clock } from '@renkei/service-kit'
import type { Caller } from '../auth/auth.ts'
import { DomainError, invalidBody } from '../problem/domain-error.ts'

export interface ParseDeps {
  readonly db: Db
  readonly sharing: Pick<SharingBook, 'find' | 'refresh'>
  readonly clock: Clock
  readonly reportBytesMax: number
  readonly clockSkewSeconds: number
}

/**
 * Gives a report that the caller may send, with its JSON text. Throws `invalid-report` with every
 * fault, or `too-large`: what counts are the bytes that are stored and sent, without white space.
 */
export async function parseSubmission(
  body: unknown,
  caller: Caller,
  deps: ParseDeps,
): Promise<{ report: Report; content: string }> {
  const parsed = parseReport(body)
  // What was agreed or ended a moment ago counts.
  if (parsed.ok && speaksForOthers(parsed.report, caller)) await deps.sharing.refresh(deps.db)
  const faults = parsed.ok ? checkAgainstCaller(parsed.report, caller, deps) : parsed.faults
  if (!parsed.ok || faults.length > 0) throw invalidReport(faults)
  const content = JSON.stringify(parsed.report)
  checkReportSize(Buffer.byteLength(content), deps.reportBytesMax)
  return { report: parsed.report, content }
}

function checkReportSize(bytes: number, reportBytesMax: number): void {
  if (bytes <= reportBytesMax) return
  throw new DomainError('too-large', {
    detail: `The report has ${bytes} bytes; a report may have ${reportBytesMax}.`,
    members: { limitBytes: reportBytesMax },
  })
}

function invalidReport(faults: readonly Fault[]): DomainError {
  return invalidBody('invalid-report', faults, 1000)
}

function checkAgainstCaller(report: Report, caller: Caller, deps: ParseDeps): Fault[] {
  const faults: Fault[] = []
  if (report.reporter.organisation !== caller.organisationId) {
    faults.push({
      pointer: '/reporter/organisation',
      rule: 'reporter.isCaller',
      detail: '/reporter/organisation must be the organisation of the API key.',
      expected: caller.organisationId,
    })
  }
  faults.push(...checkVoices(report, caller, deps))
  const latest = deps.clock.now().getTime() + deps.clockSkewSeconds * 1000
  for (const name of ['occurredAt', 'detectedAt', 'asOf', 'restoredAt'] as const) {
    const instant = report[name]
    if (!instant || report.messageStatus !== 'actual' || Date.parse(instant.at) <= latest) continue
    if (isPlanned(report)) continue
    faults.push({
      pointer: `/${name}/at`,
      rule: 'time.notInFuture',
      detail: `/${name}/at lies in the future by more than ${deps.clockSkewSeconds} seconds.`,
      expected: `an instant not after ${new Date(latest).toISOString()}`,
    })
  }
  return faults
}

function speaksForOthers({ reporter, related = [] }: Report, caller: Caller): boolean {
  const voices = [reporter.onBehalfOf, ...related.map(({ assertedBy }) => assertedBy)]
  return voices.some((voice) => voice !== undefined && voice !== caller.organisationId)
}

// Nobody speaks in another's name, unless that other has agreed to it.
function checkVoices(
  { reporter, related }: Report,
  caller: Caller,
  { sharing }: ParseDeps,
): Fault[] {
  const me = caller.organisationId
  const maySpeakFor = (other: string) =>
    other === me || (sharing.find(other, me)?.mayReportFor ?? false)
  const faults: Fault[] = []
  const { onBehalfOf } = reporter
  if (onBehalfOf !== undefined && !maySpeakFor(onBehalfOf)) {
    faults.push({
      pointer: '/reporter/onBehalfOf',
      rule: 'reporter.onBehalfOf.agreed',
      detail: '/reporter/onBehalfOf must be an organisation that lets yours report for it.',
      expected: 'an organisation with an agreement in force that says mayReportFor',
    })
  }
  related?.forEach(({ assertedBy }, index) => {
    if (assertedBy === undefined || maySpeakFor(assertedBy)) return
    const pointer = `/related/${index}/assertedBy`
    faults.push({
      pointer,
      rule: 'related.assertedBy.isCaller',
      detail: `${pointer} must be the organisation of the API key: others assert their own.`,
      expected: me,
    })
  })
  return faults
}

function isPlanned(report: Report): boolean {
  return report.kind === 'maintenance' || report.kind === 'plannedDemand'
}
