// What of a report decides who hears of it. Services and areas gather over the revisions: whoever
// heard that a prefecture is hit also hears that it is no longer.

import type { Area, Report } from '../generated/report.gen.ts'

/** Stands for the whole country in a list of prefectures (JIS X 0401 knows 01 to 47). */
export const wholeCountry = '00'

export interface ReportFacts {
  readonly services: readonly string[]
  /** JIS X 0401 codes; `00` is the whole country, or a place that may be anywhere in it. */
  readonly prefectures: readonly string[]
  readonly peakLevel: number
}

/** Adds a revision to the facts of the revisions before it. */
export function gatherFacts(
  report: Pick<Report, 'impacts' | 'areas'>,
  level: number,
  before?: ReportFacts,
): ReportFacts {
  const areas = [...report.areas, ...report.impacts.flatMap((impact) => impact.areas ?? [])]
  const services = report.impacts.map((impact) => impact.service)
  return {
    services: union(before?.services, services),
    prefectures: union(before?.prefectures, areas.flatMap(prefecturesOf)),
    peakLevel: Math.max(level, before?.peakLevel ?? 0),
  }
}

function prefecturesOf(area: Area): readonly string[] {
  if (area.type === 'country') return (area.code ?? 'JP') === 'JP' ? [wholeCountry] : []
  if (area.type === 'prefecture' && area.code) return [area.code]
  if (area.type === 'municipality' && area.code) return [area.code.slice(0, 2)]
  // A place that no prefecture is known of may be anywhere: better told than not.
  return area.prefectures ?? [wholeCountry]
}

function union(a: readonly string[] = [], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].toSorted()
}
