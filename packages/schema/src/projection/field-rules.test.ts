// The positive list in print, by who is on it: a change of the list is a change of this page, so that
// nobody widens it in passing.

import { expect, test } from 'vitest'
import { defaultTlp, fieldRules } from './field-rules.ts'

const printed: readonly (readonly [audiences: string, parts: string])[] = [
  [
    'owner peer mvno vendor ceptoar regulator public',
    `
schemaVersion reportId revision recordedAt level.scheme level.version level.value
level.ruleIds kind messageStatus stage state reporter.organisation reporter.onBehalfOf
occurredAt.at occurredAt.precision detectedAt.at detectedAt.precision asOf.at asOf.precision
restoredAt.at restoredAt.precision impacts.service impacts.subtype impacts.effect
impacts.users.value impacts.users.qualifier impacts.users.asOf impacts.areas.type
impacts.areas.code impacts.areas.name impacts.areas.prefectures impacts.direction
impacts.from impacts.until emergencyCalls.effect emergencyCalls.numbers
emergencyCalls.alternatives areas.type areas.code areas.name areas.prefectures
cause.category cause.confirmed window.start window.end estimate.at estimate.target
estimate.areas.type estimate.areas.code estimate.areas.name estimate.areas.prefectures
estimate.confidence nextUpdateBy texts.language texts.headline texts.description
texts.request texts.alternatives tlp
`,
  ],
  [
    'owner peer regulator ceptoar',
    `
level.reasons.ruleId level.reasons.level level.reasons.basis level.reasons.text.ja
level.reasons.text.en level.reasons.pointer level.reasons.source reporter.system
cause.scheme cause.code traffic.at traffic.intervalSeconds traffic.service
traffic.areas.type traffic.areas.code traffic.areas.name traffic.areas.prefectures
traffic.direction traffic.poi traffic.attempts traffic.carried traffic.completionPercent
traffic.ner traffic.asr traffic.occupancyPercent traffic.trafficRatio
traffic.registrationRate traffic.registrationFailurePercent controls.callGapMs
controls.maxRatePerSec interconnect.pois interconnect.peersAffected.organisation
interconnect.peersAffected.effect interconnect.peersAffected.advice
interconnect.priorityTrafficInterrupted
window.rollbackDecisionAt window.siteContact.role window.siteContact.name
window.siteContact.phone window.siteContact.email window.siteContact.hours
demand.calledNumber demand.url demand.expectedCalls demand.lines demand.organiser
demand.playbook contacts.role contacts.name contacts.phone contacts.email contacts.hours
claimedLevel
`,
  ],
  [
    'owner peer mvno vendor ceptoar regulator',
    `
stateReason externalIdentifiers.owner externalIdentifiers.type externalIdentifiers.id
priorityCalls.effect cause.text controls.kind controls.trafficType controls.direction
controls.areas.type controls.areas.code controls.areas.name controls.areas.prefectures
controls.blockedPercentMin controls.blockedPercentMax controls.from controls.until
reRegistration.waitSeconds reRegistration.spreadSeconds reRegistration.areas.type
reRegistration.areas.code reRegistration.areas.name reRegistration.areas.prefectures
interconnect.otherCarrierUsersAffected demand.start related.reportId related.relation
related.assertedBy related.confidence nationalSeverity leak.owners leak.information
`,
  ],
  [
    'owner regulator',
    `
window.rollbackPlanRef
`,
  ],
  [
    'owner',
    `
markings.pointer markings.tlp sensitive.diagnostics sensitive.sites sensitive.equipment
sensitive.vendor extensions
`,
  ],
]

function leavesOf(rule: object, at: readonly string[] = []): [string, string][] {
  if (Array.isArray(rule)) return [[at.join('.'), rule.join(' ')]]
  return Object.entries(rule).flatMap(([key, member]) => leavesOf(member as object, [...at, key]))
}

test.each(printed)('the parts that are for %s are these and no others', (audiences, parts) => {
  const found = leavesOf(fieldRules).filter(([, listed]) => listed === audiences)
  expect(found.map(([part]) => part).toSorted()).toEqual(parts.trim().split(/\s+/).toSorted())
})

test('every part is printed once', () => {
  const parts = printed.flatMap(([, text]) => text.trim().split(/\s+/))
  expect(parts.toSorted()).toEqual(
    leavesOf(fieldRules)
      .map(([part]) => part)
      .toSorted(),
  )
})

test('the labels that parts carry by themselves are those of the contract', () => {
  expect(defaultTlp).toEqual({
    '/contacts': 'TLP:AMBER+STRICT',
    '/demand/calledNumber': 'TLP:AMBER',
    '/window/siteContact': 'TLP:AMBER+STRICT',
    '/sensitive': 'TLP:RED',
  })
})
