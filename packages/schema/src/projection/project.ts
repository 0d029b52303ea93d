// The one way out: what a viewer may see of a report. Every output (REST, feed, webhook, page,
// mail) goes through `project`.

import type { Report } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import { type FieldSet, fieldSetOf } from '../sharing/share.ts'
import { tlpRank } from './audience.ts'
import { type AudienceSet, type FieldRule, fieldRules } from './field-rules.ts'
import { type LabelBelow, labelsOf } from './labels.ts'
import { isWithin, type Sight } from './sight.ts'

/**
 * Gives the part of a recorded report that a sight covers, or nothing when the whole report is out
 * of its reach. A field leaves only when it is on the positive list for the audience, or an
 * agreement opens the set it belongs to, and its label is within the bound of the one or the other.
 */
export function project(report: Report, sight: Sight): ReportView | undefined {
  if (!isWithin(sight, report.tlp)) return undefined
  const walk: Walk = { sight, labelBelow: labelsOf(report) }
  const view = showReport(report, walk) as ReportView | undefined
  if (view?.level?.reasons) {
    view.level.reasons = view.level.reasons.filter(
      (reason) => reason.pointer === undefined || resolves(view, reason.pointer, report),
    )
  }
  return view
}

interface Walk {
  readonly sight: Sight
  readonly labelBelow: LabelBelow
}

interface Place {
  readonly pointer: string
  readonly tlp: string
  readonly set: FieldSet | 'core'
}

function showReport(report: Report, walk: Walk): object | undefined {
  const shown: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(report)) {
    if (!isField(key) || member === undefined) continue
    const place = { pointer: `/${key}`, tlp: report.tlp, set: fieldSetOf[key] }
    const part = show(member, fieldRules[key], place, walk)
    if (part !== undefined) shown[key] = part
  }
  return Object.keys(shown).length > 0 ? shown : undefined
}

function isField(key: string): key is keyof typeof fieldRules {
  return Object.hasOwn(fieldRules, key)
}

function show(value: unknown, rule: FieldRule, above: Place, walk: Walk): unknown {
  const { pointer, set } = above
  const tlp = walk.labelBelow(pointer, above.tlp)
  const place = { pointer, set, tlp }
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      show(item, rule, { ...place, pointer: `${pointer}/${index}` }, walk),
    )
    const shown = items.filter((item) => item !== undefined)
    return shown.length > 0 || (value.length === 0 && isListed(rule, place, walk))
      ? shown
      : undefined
  }
  if (isAudienceSet(rule)) return mayLeave(rule, place, walk) ? value : undefined
  if (typeof value !== 'object' || value === null) return undefined
  return showMembers(value, rule, place, walk)
}

function showMembers(value: object, rules: MemberRules, place: Place, walk: Walk): unknown {
  const shown: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === undefined || member === undefined) continue
    const part = show(member, rule, { ...place, pointer: `${place.pointer}/${key}` }, walk)
    if (part !== undefined) shown[key] = part
  }
  return Object.keys(shown).length > 0 ? shown : undefined
}

type MemberRules = { readonly [key: string]: FieldRule }

function isAudienceSet(rule: FieldRule): rule is AudienceSet {
  return Array.isArray(rule)
}

// By default, or by agreement: what an agreement opens is seen as its owner sees it.
function mayLeave(rule: AudienceSet, { tlp, set }: Place, { sight }: Walk): boolean {
  const { audience, tlpMax, share } = sight
  const listed = rule.includes(audience)
  if (listed && tlpRank(tlp) <= tlpRank(tlpMax)) return true
  if (!share || tlpRank(tlp) > tlpRank(share.tlpMax)) return false
  return set === 'core' ? listed : share.fieldSets.includes(set)
}

function isListed(rule: FieldRule, place: Place, walk: Walk): boolean {
  if (isAudienceSet(rule)) return mayLeave(rule, place, walk)
  return Object.values(rule).some((member) => isListed(member, place, walk))
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
