// The one way out: what an audience may see of a report. Every output (REST, feed, webhook, page,
// mail) goes through `project`.

import type { Report } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import { type Audience, mayAudienceKnow, mayAudienceSee, tlpRank } from './audience.ts'
import { defaultTlp, type FieldRule, fieldRules } from './field-rules.ts'

/**
 * Gives the part of a recorded report that an audience may see, or nothing when the whole report
 * is out of its reach. A field leaves only when it is on the positive list for the audience and
 * its label (its own marking, or the nearest above it, or the report's) is within the audience's
 * clearance.
 */
export function project(report: Report, audience: Audience): ReportView | undefined {
  if (!mayAudienceSee(audience, report.tlp)) return undefined
  if (!mayAudienceKnow(audience, report.messageStatus)) return undefined
  const markings = new Map(report.markings?.map((marking) => [marking.pointer, marking.tlp]))
  const walk: Walk = { audience, labelAt: (pointer) => markings.get(pointer) }
  const view = show(report, fieldRules, { pointer: '', tlp: report.tlp }, walk) as ReportView
  if (view.level?.reasons) {
    view.level.reasons = view.level.reasons.filter(
      (reason) => reason.pointer === undefined || resolves(view, reason.pointer, report),
    )
  }
  return view
}

interface Walk {
  readonly audience: Audience
  readonly labelAt: (pointer: string) => string | undefined
}

interface Place {
  readonly pointer: string
  readonly tlp: string
}

function show(value: unknown, rule: FieldRule, place: Place, walk: Walk): unknown {
  const tlp = labelOf(place, walk)
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      show(item, rule, { pointer: `${place.pointer}/${index}`, tlp }, walk),
    )
    const shown = items.filter((item) => item !== undefined)
    return shown.length > 0 || (value.length === 0 && isListed(rule, walk)) ? shown : undefined
  }
  if (isAudienceSet(rule)) {
    return rule.includes(walk.audience) && mayAudienceSee(walk.audience, tlp) ? value : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return showMembers(value, rule, { pointer: place.pointer, tlp }, walk)
}

function showMembers(value: object, rules: MemberRules, place: Place, walk: Walk): unknown {
  const shown: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === undefined || member === undefined) continue
    const part = show(member, rule, { pointer: `${place.pointer}/${key}`, tlp: place.tlp }, walk)
    if (part !== undefined) shown[key] = part
  }
  return Object.keys(shown).length > 0 ? shown : undefined
}

type MemberRules = { readonly [key: string]: FieldRule }

function isAudienceSet(rule: FieldRule): rule is readonly Audience[] {
  return Array.isArray(rule)
}

function isListed(rule: FieldRule, walk: Walk): boolean {
  if (isAudienceSet(rule)) return rule.includes(walk.audience)
  return Object.values(rule).some((member) => isListed(member, walk))
}

// A part's own default never widens what stands above it; only a marking does.
function labelOf(place: Place, walk: Walk): string {
  const marked = walk.labelAt(place.pointer)
  if (marked !== undefined) return marked
  const own = defaultTlp[place.pointer]
  return own !== undefined && tlpRank(own) > tlpRank(place.tlp) ? own : place.tlp
}

// A reason speaks of the part it points to: where that part is not seen, neither is the reason.
// Lists may have lost members, so the part itself is compared, not only its place.
function resolves(view: ReportView, pointer: string, report: Report): boolean {
  const seen = follow(view, pointer)
  return seen !== undefined && JSON.stringify(seen) === JSON.stringify(follow(report, pointer))
}

function follow(value: unknown, pointer: string): unknown {
  let at = value
  for (const token of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[token.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return at
}
