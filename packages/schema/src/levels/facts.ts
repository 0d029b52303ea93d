// The facts of a report that the rules ask for, with every instant in milliseconds. Here is decided
// when clocks start and stop, which impacts count, and how many users an impact has.

import { findControl, findState } from '../codes/lists.ts'
import type { Area, Estimate, Impact, Instant } from '../generated/report.gen.ts'
import type { ClassifiableReport } from './classification.ts'
import { parseInstant } from './jst.ts'
import type { RuleSet } from './rule-set.ts'

/** A stretch of time that counts towards a duration. */
export interface Span {
  pointer: string
  /** Before this instant it does not exist: later than now only when it is announced for later. */
  existsFromMs: number
  startMs: number
  /** Infinity while no end is known. */
  endMs: number
}

export interface ImpactFacts extends Span {
  impact: Impact
  startedBy: 'from' | 'occurredAt' | 'detectedAt'
  /** Users counted, with an unknown count taken as the rule set says; null when it stays unknown. */
  users: number | null
  usersAssumed: boolean
}

export interface ControlFacts extends Span {
  blockedPercent: number
}

export interface ReportFacts {
  report: ClassifiableReport
  nowMs: number
  asOfMs: number
  startMs: number
  startedBy: 'occurredAt' | 'detectedAt'
  stoppedMs: number | null
  open: boolean
  impacts: ImpactFacts[]
  controls: ControlFacts[]
  /** False for what is withdrawn, cancelled or only planned: nothing in it has happened. */
  happening: boolean
  /** The latest restoration that the reporter's standing estimates give; null without one. */
  estimatedEndMs: number | null
}

/** The facts of a report as they stand at `nowMs`. Pure; looks at no clock. */
export function gatherFacts(
  report: ClassifiableReport,
  ruleSet: RuleSet,
  nowMs: number,
): ReportFacts {
  const occurredMs = knownMs(report.occurredAt)
  const facts: ReportFacts = {
    report,
    nowMs,
    asOfMs: parseInstant(report.asOf.at),
    startMs: occurredMs ?? parseInstant(report.detectedAt.at),
    startedBy: occurredMs === null ? 'detectedAt' : 'occurredAt',
    stoppedMs: stoppedMs(report),
    open: findState(report.state)?.open ?? true,
    impacts: [],
    controls: [],
    happening: !['withdrawn', 'cancelled', 'planned'].includes(report.state),
    estimatedEndMs: latestEstimateMs(report.estimate ?? []),
  }
  if (facts.happening) {
    facts.impacts = impactFacts(facts, ruleSet)
    facts.controls = controlFacts(facts)
  }
  return facts
}

/**
 * When the clock stopped: at the restoration once the state says that users are served again.
 * Equipment that works while congestion goes on does not stop it.
 */
function stoppedMs(report: ClassifiableReport): number | null {
  const restored = knownMs(report.restoredAt)
  if (['restored', 'closed', 'completed'].includes(report.state)) {
    return restored ?? parseInstant(report.asOf.at)
  }
  return report.state === 'monitoring' ? restored : null
}

function knownMs(instant: Instant | undefined): number | null {
  return instant === undefined || instant.precision === 'unknown' ? null : parseInstant(instant.at)
}

function impactFacts(facts: ReportFacts, ruleSet: RuleSet): ImpactFacts[] {
  return facts.report.impacts.flatMap((impact, index) => {
    if (!ruleSet.impactEffects.includes(impact.effect)) return []
    const span = spanOf(facts, `/impacts/${String(index)}`, impact)
    const startedBy = impact.from === undefined ? facts.startedBy : 'from'
    return [{ ...span, impact, startedBy, ...countUsers(impact, facts.report.areas, ruleSet) }]
  })
}

function controlFacts(facts: ReportFacts): ControlFacts[] {
  return (facts.report.controls ?? []).flatMap((control, index) => {
    if (findControl(control.kind)?.restricts !== true) return []
    const span = spanOf(facts, `/controls/${String(index)}`, control)
    return [{ ...span, blockedPercent: control.blockedPercentMax ?? 0 }]
  })
}

/**
 * The reporter's own clock (asOf) decides what it announces for later, so that a clock slightly
 * ahead of ours cannot make a present impact disappear.
 */
function spanOf(
  facts: ReportFacts,
  pointer: string,
  part: { from?: string; until?: string },
): Span {
  const startMs = part.from === undefined ? facts.startMs : parseInstant(part.from)
  const announced = part.from !== undefined && startMs > facts.asOfMs
  const untilMs = part.until === undefined ? Infinity : parseInstant(part.until)
  return {
    pointer,
    existsFromMs: announced ? startMs : -Infinity,
    startMs,
    endMs: Math.min(untilMs, facts.stoppedMs ?? Infinity),
  }
}

/** Qualifiers (about, at least, at most) leave the figure as it is. */
function countUsers(
  impact: Impact,
  reportAreas: Area[],
  ruleSet: RuleSet,
): { users: number | null; usersAssumed: boolean } {
  const stated = impact.users.value ?? null
  if (impact.users.qualifier !== 'unknown') return { users: stated, usersAssumed: false }
  const { services, areaTypes, takenAs } = ruleSet.unknownUsers
  const assume =
    services.includes(impact.service) &&
    (impact.areas ?? reportAreas).some((area) => areaTypes.includes(area.type))
  if (!assume || (stated !== null && stated >= takenAs))
    return { users: stated, usersAssumed: false }
  return { users: takenAs, usersAssumed: true }
}

/** Estimates are kept as history: per set of areas only the newest stands, and it may say "unknown". */
function latestEstimateMs(estimates: Estimate[]): number | null {
  const standing = new Map<string, { atMs: number; targetMs: number | null }>()
  for (const estimate of estimates) {
    const key = areasKey(estimate.areas ?? [])
    const atMs = estimate.at === undefined ? -Infinity : parseInstant(estimate.at)
    const earlier = standing.get(key)
    if (earlier !== undefined && earlier.atMs > atMs) continue
    standing.set(key, {
      atMs,
      targetMs: estimate.target === undefined ? null : parseInstant(estimate.target),
    })
  }
  let latest: number | null = null
  for (const { targetMs } of standing.values()) {
    if (targetMs !== null && (latest === null || targetMs > latest)) latest = targetMs
  }
  return latest
}

function areasKey(areas: Area[]): string {
  const keys = areas.map((area) => JSON.stringify([area.type, area.code, area.name]))
  return keys.toSorted((a, b) => (a < b ? -1 : 1)).join()
}
