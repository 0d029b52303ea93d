// What classify takes and gives. The input is the part of a report that the rules look at.

import type {
  AssessedLevel,
  Bilingual,
  LevelValue,
  ReasonBasis,
  Report,
} from '../generated/report.gen.ts'
import type { DeadlineKind, DeadlineRule } from './rule-set.ts'

/** The members of a report that decide its level; a whole Report fits. */
export type ClassifiableReport = Pick<
  Report,
  | 'kind'
  | 'messageStatus'
  | 'state'
  | 'reporter'
  | 'occurredAt'
  | 'detectedAt'
  | 'asOf'
  | 'restoredAt'
  | 'impacts'
  | 'emergencyCalls'
  | 'areas'
  | 'controls'
  | 'interconnect'
  | 'window'
  | 'estimate'
  | 'related'
> & { texts?: Pick<Report['texts'][number], 'alternatives'>[] }

/** A notice that is owed. It says when, not whether it was given. */
export interface Deadline {
  ruleId: string
  kind: DeadlineKind
  audience: DeadlineRule['audience']
  /** RFC 3339 with +09:00. Deadlines counted in days end at 23:59:59. */
  dueAt: string
  basis: ReasonBasis
  source: string
  text: Bilingual
}

interface CountdownBase {
  ruleId: string
  level: LevelValue
  /** The class of the accident rules; absent for a rule of the level table. */
  legalClass?: string
  /** JSON Pointer of the impact or control. */
  pointer?: string
  text: Bilingual
}

/** A rule that will fire by time alone, with the users and the effect of now. */
export interface CountdownInTime extends CountdownBase {
  /** RFC 3339 with +09:00. */
  at: string
  /** Minutes from now, rounded up. */
  minutesLeft: number
}

/** A threshold that time alone will not reach: users that are still missing. */
export interface CountdownInUsers extends CountdownBase {
  missing: { users: number }
}

export type Countdown = CountdownInTime | CountdownInUsers

/** One impact against one class of the accident rules. Impacts are never added up. */
export interface LegalClassResult {
  pointer: string
  legalClass: string
  /** Users counted; null while unknown. */
  users: number | null
  /** True when an unknown count was taken as the rule set's figure. */
  usersAssumed: boolean
  durationSeconds: number
  /** True when a threshold of the class is met: the incident is a serious accident. */
  met: boolean
}

export interface Classification {
  level: AssessedLevel
  deadlines: Deadline[]
  countdown: Countdown[]
  legalClasses: LegalClassResult[]
  /** The clock that durations and deadlines run on. */
  clock: { startedAt: string; from: 'occurredAt' | 'detectedAt'; stoppedAt?: string }
}
