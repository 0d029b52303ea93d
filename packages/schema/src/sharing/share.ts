// What flows from one organisation to another while an agreement between them is in force. Terms
// are data; `sight.ts` decides with them.

import type { LevelValue, Report, Tlp } from '../generated/report.gen.ts'
import { visibleCodes, wholeCountry } from '../filter/ranked.ts'
import { tlpRank } from '../projection/audience.ts'

/** The parts of a report that an agreement may open, besides `core`, which always goes. */
export const fieldSets = [
  'contacts',
  'traffic',
  'controls',
  'interconnect',
  'plans',
  'sensitive',
  'extensions',
] as const

export type FieldSet = (typeof fieldSets)[number]

export interface Share {
  readonly agreementId: string
  readonly from: string
  readonly to: string
  /** The narrowest label that flows. */
  readonly tlpMax: Tlp
  /** The lowest level that flows; the highest that a report has had counts. */
  readonly minLevel: LevelValue
  /** Absent means all but `leak`, which has to be named. */
  readonly kinds?: readonly string[]
  readonly services?: readonly string[]
  /** JIS X 0401 codes; a report of the whole country concerns each of them. */
  readonly prefectures?: readonly string[]
  readonly fieldSets: readonly FieldSet[]
  /** Whether `to` may report on behalf of `from`. */
  readonly mayReportFor: boolean
  readonly validFrom: Date
  readonly validUntil: Date
}

/** True at the first instant of its validity, no longer at the last. */
export function isInForce(share: Pick<Share, 'validFrom' | 'validUntil'>, at: Date): boolean {
  return share.validFrom <= at && at < share.validUntil
}

/** Which set each field of a report belongs to; a new field fails the type check until it is placed. */
export const fieldSetOf = {
  schemaVersion: 'core',
  reportId: 'core',
  revision: 'core',
  recordedAt: 'core',
  level: 'core',
  kind: 'core',
  messageStatus: 'core',
  stage: 'core',
  state: 'core',
  stateReason: 'core',
  reporter: 'core',
  externalIdentifiers: 'core',
  occurredAt: 'core',
  detectedAt: 'core',
  asOf: 'core',
  restoredAt: 'core',
  impacts: 'core',
  emergencyCalls: 'core',
  priorityCalls: 'core',
  areas: 'core',
  cause: 'core',
  traffic: 'traffic',
  controls: 'controls',
  reRegistration: 'controls',
  interconnect: 'interconnect',
  leak: 'core',
  window: 'plans',
  demand: 'plans',
  estimate: 'core',
  nextUpdateBy: 'core',
  related: 'core',
  texts: 'core',
  contacts: 'contacts',
  tlp: 'core',
  markings: 'core',
  claimedLevel: 'core',
  nationalSeverity: 'core',
  sensitive: 'sensitive',
  extensions: 'extensions',
} as const satisfies Record<keyof Required<Report>, FieldSet | 'core'>

/** What of a report decides whether an agreement speaks of it. */
export interface SharedReport {
  readonly peakLevel: number
  readonly kinds: readonly string[]
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
}

/**
 * True when the terms of a share speak of a report. Services and areas count as far as they may be
 * seen under the share's own label; where they may not, terms that ask for them are not met.
 */
export function covers(share: Share, report: SharedReport): boolean {
  const seen = (ranked: readonly string[]) => visibleCodes(ranked, tlpRank(share.tlpMax))
  return (
    report.peakLevel >= share.minLevel &&
    coversKinds(share, report.kinds) &&
    meets(share.services, seen(report.services)) &&
    meets(share.prefectures && [...share.prefectures, wholeCountry], seen(report.prefectures))
  )
}

function coversKinds({ kinds }: Share, reported: readonly string[]): boolean {
  if (reported.includes('leak')) return kinds?.includes('leak') ?? false
  return meets(kinds, reported)
}

function meets(terms: readonly string[] | undefined, values: readonly string[]): boolean {
  return terms === undefined || values.some((value) => terms.includes(value))
}
