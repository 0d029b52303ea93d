// The one way out: what a viewer may see of a report. Every output (REST, feed, webhook, page,
// mail) goes through `project`.

import type { Marking, Report } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import { pointerStep } from '../report/fault.ts'
import { type FieldSet, fieldSetOf } from '../sharing/share.ts'
import { narrower, tlpRank } from './audience.ts'
import { type AudienceSet, type FieldRule, fieldRules } from './field-rules.ts'
import { type LabelBelow, labelsOf } from './labels.ts'
import { isWithin, type Sight } from './sight.ts'

/**
 * Gives the part of a recorded report that a sight covers, or nothing when the whole report is out
 * of its reach. A field leaves only when it is on the positive list for the audience, or an
 * agreement opens the set it belongs to, and its label is within the bound of the one or the other.
 * Where later labels are given, the narrower of both holds for each part.
 */
export function project(report: Report, sight: Sight, later?: LaterLabels): ReportView | undefined {
  if (!isWithin(sight, report.tlp)) return undefined
  const walk: Walk = {
    sight,
    labelBelow: labelsOf(report),
    later: later && labelsOf(later),
    tlpLater: later?.tlp ?? 'TLP:CLEAR',
  }
  const view = showReport(report, walk) as ReportView | undefined
  if (view?.level) showWhy(view, view.level, report)
  return view
}

/** The label and the markings of the current revision, for one before it. */
export interface LaterLabels {
  readonly tlp: string
  readonly markings: readonly Marking[]
}

interface Walk {
  readonly sight: Sight
  readonly labelBelow: LabelBelow
  readonly later: LabelBelow | undefined
  readonly tlpLater: string
}

interface Place {
  readonly pointer: string
  readonly tlp: string
  /** As later labels say it; the widest where there are none. */
  readonly tlpLater: string
  readonly set: FieldSet | 'core'
  /** Whether any member may stand here, all under one rule; labels go for each part nevertheless. */
  readonly open: boolean
}

function showReport(report: Report, walk: Walk): object | undefined {
  const shown = Object.entries(report).flatMap(([key, member]) => {
    if (!isField(key) || member === undefined) return []
    // A list or an object that is kept as one sealed text is no part that anybody could read.
    if (isOpen(key) && typeof member !== 'object') return []
    const labels = { tlp: report.tlp, tlpLater: walk.tlpLater }
    const place = { pointer: `/${key}`, ...labels, set: fieldSetOf[key], open: isOpen(key) }
    const part = show(member, fieldRules[key], place, walk)
    return part === undefined ? [] : [[key, part]]
  })
  return shown.length > 0 ? Object.fromEntries(shown) : undefined
}

function isField(key: string): key is keyof typeof fieldRules {
  return Object.hasOwn(fieldRules, key)
}

function isOpen(key: keyof typeof fieldRules): boolean {
  return key === 'extensions'
}

function show(value: unknown, rule: FieldRule, above: Place, walk: Walk): unknown {
  const { pointer, tlpLater } = above
  const later = walk.later?.(pointer, tlpLater) ?? tlpLater
  const place = { ...above, tlp: walk.labelBelow(pointer, above.tlp), tlpLater: later }
  if (Array.isArray(value)) return showItems(value, rule, place, walk)
  if (typeof value === 'object' && value !== null) return showMembers(value, rule, place, walk)
  return isAudienceSet(rule) && mayLeave(rule, place, walk) ? value : undefined
}

function showItems(list: readonly unknown[], rule: FieldRule, place: Place, walk: Walk): unknown {
  const shown = list.flatMap((item, index) => {
    const part = show(item, rule, { ...place, pointer: `${place.pointer}/${index}` }, walk)
    return part === undefined ? [] : [part]
  })
  return shown.length > 0 || (list.length === 0 && isListed(rule, place, walk)) ? shown : undefined
}

function showMembers(value: object, rule: FieldRule, place: Place, walk: Walk): unknown {
  const members = Object.entries(value)
  const shown = members.flatMap(([key, member]) => {
    const memberRule = place.open ? rule : ruleOfMember(rule, key)
    if (memberRule === undefined || member === undefined) return []
    const pointer = place.pointer + pointerStep(key)
    const part = show(member, memberRule, { ...place, pointer }, walk)
    return part === undefined ? [] : [[key, part]]
  })
  const isEmpty = place.open && members.length === 0 && isListed(rule, place, walk)
  return shown.length > 0 || isEmpty ? Object.fromEntries(shown) : undefined
}

function ruleOfMember(rule: FieldRule, key: string): FieldRule | undefined {
  return !isAudienceSet(rule) && Object.hasOwn(rule, key) ? rule[key] : undefined
}

function isAudienceSet(rule: FieldRule): rule is AudienceSet {
  return Array.isArray(rule)
}

// By default, or by agreement: what an agreement opens is seen as its owner sees it.
function mayLeave(rule: AudienceSet, place: Place, { sight }: Walk): boolean {
  const { set } = place
  const { audience, tlpMax, share } = sight
  const tlp = narrower(place.tlp, place.tlpLater)
  const listed = rule.includes(audience)
  if (listed && tlpRank(tlp) <= tlpRank(tlpMax)) return true
  if (!share || tlpRank(tlp) > tlpRank(share.tlpMax)) return false
  return set === 'core' ? listed : share.fieldSets.includes(set)
}

function isListed(rule: FieldRule, place: Place, walk: Walk): boolean {
  if (isAudienceSet(rule)) return mayLeave(rule, place, walk)
  return Object.values(rule).some((member) => isListed(member, place, walk))
}

// What every reason rests on, and what one may rest on that points to no part.
const context = ['areas', 'estimate', 'occurredAt', 'detectedAt', 'asOf', 'restoredAt'] as const
const basis = ['impacts', 'emergencyCalls', 'controls', 'related', 'texts'] as const

// A reason tells of what it rests on: where not all of that is seen, neither is the reason, nor the
// name of its rule, which would tell as much.
function showWhy(view: ReportView, level: NonNullable<ReportView['level']>, report: Report) {
  const isWhole = (key: (typeof context)[number] | (typeof basis)[number]) =>
    report[key] === undefined || resolves(view, `/${key}`, report)
  const hasContext = context.every(isWhole)
  const hasAll = hasContext && basis.every(isWhole)
  const isSeen = ({ pointer }: { readonly pointer?: string }) =>
    pointer === undefined ? hasAll : hasContext && resolves(view, pointer, report)
  const keep = <Key extends 'reasons' | 'ruleIds'>(key: Key, kept: (typeof level)[Key]) => {
    if (kept?.length === 0 && level[key]?.length !== 0) delete level[key]
    else level[key] = kept
  }
  if (level.reasons) keep('reasons', level.reasons.filter(isSeen))
  const all = listOf(report.level?.reasons)
  const isNamed = (id: string) => {
    const reasons = all.filter(({ ruleId }) => ruleId === id)
    return reasons.length === 0 ? hasAll : reasons.some(isSeen)
  }
  if (level.ruleIds) keep('ruleIds', level.ruleIds.filter(isNamed))
}

// What is kept as one sealed text is no list.
function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : []
}

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
