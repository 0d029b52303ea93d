// Who is told of a report by its level when no agreement says more. After the level table: peers of
// any sign, MVNOs of real impact, T-CEPTOAR and authorities from level 2, everybody at level 3.

import type { LevelValue } from '../generated/report.gen.ts'
import type { Audience } from './audience.ts'

/** The lowest level of which an audience is told what is labelled TLP:GREEN; absent means of none. */
const toldFrom: Readonly<Partial<Record<Audience, LevelValue>>> = {
  owner: 0,
  peer: 0,
  mvno: 1,
  ceptoar: 2,
  regulator: 2,
  vendor: 3,
}

/** The lowest level of which an audience is told what is TLP:GREEN; null when it never is. */
export function greenFrom(audience: Audience): LevelValue | null {
  return toldFrom[audience] ?? null
}

/**
 * True when the level table names an audience for a report. The highest level that the report has
 * had counts, so that who heard the alarm hears the all-clear. An attack goes to T-CEPTOAR at once.
 */
export function levelTableNames(
  audience: Audience,
  report: { readonly peakLevel: number; readonly kinds: readonly string[] },
): boolean {
  if (audience === 'ceptoar' && report.kinds.includes('cyber')) return true
  const from = toldFrom[audience]
  return from !== undefined && report.peakLevel >= from
}
