// What is wrong with a scenario file: its form, the references between its parts, and every report
// against the contract.

import { parseReport } from '@renkei/schema'

type Json = Record<string, unknown>

const kinds = new Set(['carrier', 'mvno'])
const relations = new Set(['causes', 'causedBy', 'sameCause', 'duplicates', 'follows'])
const confidences = new Set(['low', 'medium', 'high', 'unknown'])

const scenarioMembers = ['name', 'title', 'startsAt', 'note', 'assumed', 'organisations', 'steps']
const stepMembers = [
  'at',
  'organisation',
  'incident',
  'sources',
  'verified',
  'note',
  'assumed',
  'related',
  'report',
]

/** Every fault of a document as the scenario of that name, one sentence each; empty when it is one. */
export function scenarioFaults(document: unknown, name: string): string[] {
  if (!isObject(document)) return ['it is not an object']
  const { organisations, steps } = document
  const faults = unknownMembers('the scenario', document, scenarioMembers)
  if (document['name'] !== name) faults.push(`its name is not ${name}`)
  if (!isBilingual(document['title'])) faults.push('title needs ja and en')
  if (!isBilingual(document['note'])) faults.push('note needs ja and en')
  if (!isInstant(document['startsAt'])) faults.push('startsAt is not an RFC 3339 instant')
  if (!isPointers(document['assumed'])) faults.push('assumed is not a list of JSON Pointers')
  if (!Array.isArray(organisations) || !organisations.every(isOrganisation)) {
    return [...faults, 'organisations is not a list of {organisationId, name, kind}']
  }
  if (!Array.isArray(steps) || steps.length === 0 || !steps.every(isObject)) {
    return [...faults, 'steps is not a list of steps']
  }
  const organisationIds = new Set(organisations.map((entry) => entry.organisationId))
  return [
    ...faults,
    ...steps.flatMap((step, index) => stepFaults(step, `step ${index}`, organisationIds)),
    ...orderFaults(steps, document['startsAt']),
    ...referenceFaults(steps),
  ]
}

function stepFaults(step: Json, place: string, organisationIds: ReadonlySet<string>): string[] {
  const faults = unknownMembers(place, step, stepMembers)
  const need = (holds: boolean, says: string) => {
    if (!holds) faults.push(`${place}: ${says}`)
  }
  need(isInstant(step['at']), 'at is not an RFC 3339 instant')
  need(organisationIds.has(String(step['organisation'])), 'organisation is not in the list')
  need(isText(step['incident']), 'incident is not a key')
  need(isList(step['sources'], isUrl), 'sources is not a list of URLs')
  need(typeof step['verified'] === 'boolean', 'verified is not true or false')
  need(isBilingual(step['note']), 'note needs ja and en')
  need(step['assumed'] === undefined || isPointers(step['assumed']), 'assumed is not pointers')
  need(step['related'] === undefined || isList(step['related'], isRelation), 'related is faulty')
  return [...faults, ...reportFaults(step, place)]
}

function reportFaults(step: Json, place: string): string[] {
  const parsed = parseReport(step['report'])
  if (!parsed.ok) return parsed.faults.map((fault) => `${place}: ${fault.rule}: ${fault.detail}`)
  const { reporter, asOf, related } = parsed.report
  const faults: string[] = []
  if (reporter.organisation !== step['organisation']) {
    faults.push(`${place}: its report is of ${reporter.organisation}`)
  }
  if (related !== undefined) faults.push(`${place}: related belongs to the step, not to the report`)
  if (Date.parse(asOf.at) > Date.parse(String(step['at']))) {
    faults.push(`${place}: it is posted before the moment for which it holds`)
  }
  return faults
}

function orderFaults(steps: readonly Json[], startsAt: unknown): string[] {
  let before = Date.parse(String(startsAt))
  return steps.flatMap((step, index) => {
    const at = Date.parse(String(step['at']))
    const late = at < before
    before = at
    return late ? [`step ${index} is earlier than what stands before it`] : []
  })
}

/** An incident belongs to one organisation, and a step may refer only to incidents posted before it. */
function referenceFaults(steps: readonly Json[]): string[] {
  const owners = new Map<unknown, unknown>()
  return steps.flatMap((step, index) => {
    const faults: string[] = []
    const owner = owners.get(step['incident']) ?? step['organisation']
    if (owner !== step['organisation']) {
      faults.push(`step ${index}: ${String(step['incident'])} is an incident of ${String(owner)}`)
    }
    owners.set(step['incident'], owner)
    for (const { incident } of (step['related'] ?? []) as { incident: unknown }[]) {
      if (owners.has(incident) && incident !== step['incident']) continue
      faults.push(`step ${index}: it refers to ${String(incident)}, which is not posted before it`)
    }
    return faults
  })
}

function unknownMembers(place: string, value: Json, known: readonly string[]): string[] {
  return Object.keys(value)
    .filter((member) => !known.includes(member))
    .map((member) => `${place} has an unknown member ${member}`)
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isBilingual(value: unknown): boolean {
  return isObject(value) && isText(value['ja']) && isText(value['en'])
}

function isInstant(value: unknown): boolean {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})$/
  return isText(value) && form.test(value) && !Number.isNaN(Date.parse(value))
}

function isUrl(value: unknown): boolean {
  return isText(value) && /^https?:\/\//.test(value) && URL.canParse(value)
}

function isPointers(value: unknown): boolean {
  return isList(value, (entry) => isText(entry) && entry.startsWith('/'))
}

function isList(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isEntry)
}

function isOrganisation(value: unknown): value is { organisationId: string } {
  if (!isObject(value)) return false
  return isText(value['organisationId']) && isText(value['name']) && isOneOf(kinds, value['kind'])
}

function isRelation(value: unknown): boolean {
  if (!isObject(value) || !isText(value['incident'])) return false
  const { relation, confidence, assertedBy } = value
  if (confidence !== undefined && !isOneOf(confidences, confidence)) return false
  return isOneOf(relations, relation) && (assertedBy === undefined || isText(assertedBy))
}

function isOneOf(set: ReadonlySet<unknown>, value: unknown): boolean {
  return set.has(value)
}
