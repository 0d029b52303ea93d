// The positive list: every field of a report, and the audiences that may see it. The type is made
// from the contract's own type, so a new field anywhere in it fails the type check until it is
// placed here. What is not listed does not leave.

import type { Report, Tlp } from '../generated/report.gen.ts'
import type { Audience } from './audience.ts'

export type AudienceSet = readonly Audience[]

/** The rule of a value: who may see it or, for an object or a list of objects, the rules of its members. */
export type RuleOf<T> = T extends readonly (infer Item)[]
  ? RuleOf<Item>
  : T extends object
    ? { readonly [Key in keyof T]-?: RuleOf<NonNullable<T[Key]>> }
    : AudienceSet

export type FieldRule = AudienceSet | { readonly [key: string]: FieldRule }

const owner = ['owner'] as const
const authorities = ['owner', 'regulator'] as const
const operators = ['owner', 'peer', 'regulator', 'ceptoar'] as const
const members = ['owner', 'peer', 'mvno', 'vendor', 'ceptoar', 'regulator'] as const
const everyone = [...members, 'public'] as const

const instant = { at: everyone, precision: everyone } as const
const areaFor = <Set extends AudienceSet>(set: Set) => ({
  type: set,
  code: set,
  name: set,
  prefectures: set,
})
const area = areaFor(everyone)
const contact = {
  role: operators,
  name: operators,
  phone: operators,
  email: operators,
  hours: operators,
} as const
const bilingual = { ja: operators, en: operators } as const

// `extensions` is open, so it has no members to list: it goes to its owner only.
type Listed = Omit<Required<Report>, 'extensions'> & { extensions: string }

export const fieldRules = {
  schemaVersion: everyone,
  reportId: everyone,
  revision: everyone,
  recordedAt: everyone,
  level: {
    scheme: everyone,
    version: everyone,
    value: everyone,
    ruleIds: everyone,
    reasons: {
      ruleId: operators,
      level: operators,
      basis: operators,
      text: bilingual,
      pointer: operators,
      source: operators,
    },
  },
  kind: everyone,
  messageStatus: everyone,
  stage: everyone,
  state: everyone,
  stateReason: members,
  reporter: { organisation: everyone, system: operators, onBehalfOf: everyone },
  externalIdentifiers: { owner: members, type: members, id: members },
  occurredAt: instant,
  detectedAt: instant,
  asOf: instant,
  restoredAt: instant,
  impacts: {
    service: everyone,
    subtype: everyone,
    effect: everyone,
    users: { value: everyone, qualifier: everyone, asOf: everyone },
    areas: area,
    direction: everyone,
    from: everyone,
    until: everyone,
  },
  emergencyCalls: { effect: everyone, numbers: everyone, alternatives: everyone },
  priorityCalls: { effect: members },
  areas: area,
  cause: {
    category: everyone,
    scheme: operators,
    code: operators,
    text: members,
    confirmed: everyone,
  },
  traffic: {
    at: operators,
    intervalSeconds: operators,
    service: operators,
    areas: areaFor(operators),
    direction: operators,
    poi: operators,
    attempts: operators,
    carried: operators,
    completionPercent: operators,
    ner: operators,
    asr: operators,
    occupancyPercent: operators,
    trafficRatio: operators,
    registrationRate: operators,
    registrationFailurePercent: operators,
  },
  controls: {
    kind: members,
    trafficType: members,
    direction: members,
    areas: areaFor(members),
    blockedPercentMin: members,
    blockedPercentMax: members,
    callGapMs: operators,
    maxRatePerSec: operators,
    from: members,
    until: members,
  },
  reRegistration: { waitSeconds: members, spreadSeconds: members, areas: areaFor(members) },
  interconnect: {
    pois: operators,
    peersAffected: { organisation: operators, effect: operators, advice: operators },
    otherCarrierUsersAffected: members,
    priorityTrafficInterrupted: operators,
  },
  // Beyond authorities only those whom it concerns see anything of a leak.
  leak: { owners: members, information: members },
  window: {
    start: everyone,
    end: everyone,
    rollbackDecisionAt: operators,
    rollbackPlanRef: authorities,
    siteContact: contact,
  },
  demand: {
    calledNumber: operators,
    url: operators,
    start: members,
    expectedCalls: operators,
    lines: operators,
    organiser: operators,
    playbook: operators,
  },
  estimate: { at: everyone, target: everyone, areas: area, confidence: everyone },
  nextUpdateBy: everyone,
  related: {
    reportId: members,
    relation: members,
    assertedBy: members,
    confidence: members,
  },
  texts: {
    language: everyone,
    headline: everyone,
    description: everyone,
    request: everyone,
    alternatives: everyone,
  },
  contacts: contact,
  tlp: everyone,
  markings: { pointer: owner, tlp: owner },
  claimedLevel: operators,
  nationalSeverity: members,
  sensitive: { diagnostics: owner, sites: owner, equipment: owner, vendor: owner },
  extensions: owner,
} as const satisfies RuleOf<Listed>

/** Labels that parts of a report carry by themselves (`contract.md`); a marking may widen or narrow them. */
export const defaultTlp: Readonly<Record<string, Tlp>> = {
  '/contacts': 'TLP:AMBER+STRICT',
  '/demand/calledNumber': 'TLP:AMBER',
  '/window/siteContact': 'TLP:AMBER+STRICT',
  '/sensitive': 'TLP:RED',
}
