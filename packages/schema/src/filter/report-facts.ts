// What of a report decides who hears of it. Kinds, services and areas gather over the revisions:
// whoever heard that a prefecture is hit also hears that it is no longer.

import type { Area, Report } from '../generated/report.gen.ts'
import { narrower } from '../projection/audience.ts'
import { labelAt } from '../projection/labels.ts'
import { joinRanked, ranked, wholeCountry } from './ranked.ts'

export interface ReportFacts {
  readonly kinds: readonly string[]
  /** As `ranked.ts` writes them. */
  readonly services: readonly string[]
  /** JIS X 0401 codes; `00` is the whole country, or a place that may be anywhere in it. */
  readonly prefectures: readonly string[]
  readonly peakLevel: number
  /** The levels that it has had, each with the widest label it was told under, like `3@1`. */
  readonly toldAt: readonly string[]
  /** Whose information a leak concerns. */
  readonly owners: readonly string[]
}

type Judged = Pick<Report, 'kind' | 'impacts' | 'areas' | 'tlp' | 'markings' | 'leak'>

/** Adds a revision to the facts of the revisions before it. */
export function gatherFacts(report: Judged, level: number, before?: ReportFacts): ReportFacts {
  const services = report.impacts.map((impact, index) =>
    ranked(impact.service, labelOf(report, `/impacts/${index}/service`)),
  )
  const prefectures = areasOf(report).flatMap(({ area, pointer }) =>
    prefecturesOf(area, pointer).map((place) => ranked(place.code, labelOf(report, place.pointer))),
  )
  const peakLevel = Math.max(level, before?.peakLevel ?? 0)
  return {
    kinds: union(before?.kinds, [report.kind]),
    services: joinRanked(before?.services ?? [], services),
    prefectures: joinRanked(before?.prefectures ?? [], prefectures),
    peakLevel,
    toldAt: joinRanked(before?.toldAt ?? [], [ranked(String(peakLevel), report.tlp)]),
    // Those of the latest word on it: an owner who was named by mistake is none.
    owners: report.leak ? union([], report.leak.owners) : (before?.owners ?? []),
  }
}

// A part may be marked wider than its report, but nobody sees it without the report.
function labelOf(report: Judged, pointer: string): string {
  return narrower(report.tlp, labelAt(report, pointer))
}

function areasOf({ areas, impacts }: Judged) {
  const placed = (list: readonly Area[], pointer: string) =>
    list.map((area, index) => ({ area, pointer: `${pointer}/${index}` }))
  return [
    ...placed(areas, '/areas'),
    ...impacts.flatMap((impact, index) => placed(impact.areas ?? [], `/impacts/${index}/areas`)),
  ]
}

interface Place {
  readonly code: string
  readonly pointer: string
}

function prefecturesOf(area: Area, pointer: string): readonly Place[] {
  const byCode = `${pointer}/code`
  if (area.type === 'country') {
    const place = area.code === undefined ? `${pointer}/type` : byCode
    return (area.code ?? 'JP') === 'JP' ? [{ code: wholeCountry, pointer: place }] : []
  }
  if (area.type === 'prefecture' && area.code) return [{ code: area.code, pointer: byCode }]
  if (area.type === 'municipality' && area.code) {
    return [{ code: area.code.slice(0, 2), pointer: byCode }]
  }
  // A place that no prefecture is known of may be anywhere: better told than not.
  const { prefectures = [wholeCountry] } = area
  return prefectures.map((code) => ({ code, pointer: `${pointer}/prefectures` }))
}

function union(a: readonly string[] = [], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].toSorted()
}
