// What would become of a report: the level it would get and why, what is owed by when, and exactly
// what each audience would see, and each organisation with which something is agreed. Nothing is
// stored.

import { type Db, readOrganisationKinds, type SharingBook } from '@renkei/db'
import {
  audienceOf,
  audiences,
  classify,
  gatherFacts,
  isWithin,
  project,
  pushed,
  type Report,
  type RuleSet,
  type Sight,
  sightAs,
} from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'

export interface ValidateDeps {
  readonly db: Db
  readonly sharing: SharingBook
  readonly chooseRuleSet: (at: string) => RuleSet
}

// Stand-ins for what only storing gives.
const notStored = '00000000-0000-7000-8000-000000000000'

/** Assesses a valid report and previews every view of it, as it is pushed and as it is read signed in. */
export async function validateReport(report: Report, caller: Caller, deps: ValidateDeps) {
  const ruleSet = deps.chooseRuleSet(report.occurredAt?.at ?? report.detectedAt.at)
  const classification = classify(report, { ruleSet, now: report.asOf.at })
  const { level } = classification
  const recorded: Report = {
    reportId: notStored,
    revision: 1,
    recordedAt: report.asOf.at,
    level,
    ...report,
  }
  const { organisationId } = caller
  const { messageStatus } = report
  const facts = { organisationId, messageStatus, ...gatherFacts(report, level.value) }
  await deps.sharing.refresh(deps.db)
  const preview = (sight: Sight | undefined) => previewOf(recorded, sight)
  const views = audiences.map((audience) => [audience, preview(sightAs(audience, facts)).read])
  const pushes = audiences.map((audience) => [audience, preview(sightAs(audience, facts)).push])
  const shares = new Map(deps.sharing.sharesFrom(organisationId).map((share) => [share.to, share]))
  const named = [...new Set([...shares.keys(), ...facts.owners])].filter(
    (other) => other !== organisationId,
  )
  const kinds = await readOrganisationKinds(deps.db, named)
  const partners = named.flatMap((other) => {
    const organisationKind = kinds.get(other)
    const share = shares.get(other)
    const ties = { concerned: facts.owners.includes(other), share }
    if (!organisationKind) return []
    const audience = audienceOf({ organisationId: other, organisationKind }, organisationId)
    const { read, push } = preview(sightAs(audience, facts, ties))
    const agreement = share && { agreementId: share.agreementId }
    return [{ organisation: other, audience, ...agreement, read, push }]
  })
  return {
    valid: true,
    ...classification,
    views: Object.fromEntries(views),
    pushed: Object.fromEntries(pushes),
    partners,
  }
}

// What is pushed of a report that may be read and not be pushed is a notice without its content.
function previewOf(report: Report, sight: Sight | undefined) {
  if (!sight) return { read: null, push: null }
  const read = project(report, sight) ?? null
  const push = project(report, pushed(sight)) ?? null
  const notice = read && !isWithin(pushed(sight), report.tlp) ? 'notice' : null
  return { read, push: push ?? notice }
}
