// The TLP label of each part of a report: its own marking, or that of the nearest part above it, or
// the report's. A part's default narrows and never widens; only a marking widens.

import type { Marking, Report, Tlp } from '../generated/report.gen.ts'
import { tlpRank } from './audience.ts'
import { defaultTlp } from './field-rules.ts'

/** Finds the label of a part, given that of what stands right above it. */
export type LabelBelow = (pointer: string, above: string) => string

/** Reads the labels of a report. */
export function labelsOf({ markings }: { readonly markings?: readonly Marking[] }): LabelBelow {
  const marked = new Map<string, Tlp>(markings?.map(({ pointer, tlp }) => [pointer, tlp]))
  return (pointer, above) => {
    const own = marked.get(pointer)
    if (own !== undefined) return own
    const usual = defaultTlp[pointer]
    return usual !== undefined && tlpRank(usual) > tlpRank(above) ? usual : above
  }
}

/** The label of the part at a JSON Pointer. */
export function labelAt(report: Pick<Report, 'markings' | 'tlp'>, pointer: string): string {
  const labelBelow = labelsOf(report)
  let label: string = report.tlp
  let at = ''
  for (const token of pointer.split('/').slice(1)) {
    at += `/${token}`
    label = labelBelow(at, label)
  }
  return label
}
