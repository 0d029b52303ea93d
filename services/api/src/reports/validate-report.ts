// What would become of a report: the level it would get and why, what is owed by when, and exactly
// what each audience would see, and each organisation with which something is agreed. Nothing is
// stored.

import { type Db, readOrganisationKinds, type SharingBook } from '@renkei/db'
import {
  type Audience,
  audienceOf,
  audiences,
  classify,
  gatherFacts,
  isWithin,
  project,
  pushed,
  type Report,
  type ReportView,
  type RuleSet,
  type Sight,
  sightAs,
  type SightFacts,
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
  const preview = (sight: Sight | undefined) => previewOf(recorded, sight)
  const views = audiences.map((audience) => [audience, preview(sightAs(audience, facts)).read])
  const pushes = audiences.map((audience) => [audience, preview(sightAs(audience, facts)).push])
  return {
    valid: true,
    ...classification,
    views: Object.fromEntries(views),
    pushed: Object.fromEntries(pushes),
    // What is agreed and who is registered is read with a right of its own.
    ...(mayRead(caller) && { partners: await previewPartners(facts, caller, preview, deps) }),
  }
}

function mayRead({ scopes }: Caller): boolean {
  return scopes.has('reports:read') || scopes.has('admin')
}

interface Partner extends Preview {
  readonly organisation: string
  readonly audience?: Audience
  readonly agreementId?: string
  readonly ifRegistered?: true
}

async function previewPartners(
  facts: SightFacts,
  caller: Caller,
  preview: (sight: Sight | undefined) => Preview,
  { db, sharing }: ValidateDeps,
): Promise<Partner[]> {
  const { organisationId } = caller
  await sharing.refresh(db)
  const shares = new Map(sharing.sharesFrom(organisationId).map((share) => [share.to, share]))
  const named = [...new Set([...shares.keys(), ...facts.owners])].filter(
    (other) => other !== organisationId,
  )
  // Who may list only itself learns of no other whether it is registered, nor as what.
  const listsAll = audienceOf(caller, '') !== 'public'
  const kinds = await readOrganisationKinds(db, listsAll ? named : [...shares.keys()])
  return named.map((other) => {
    const organisationKind = kinds.get(other)
    const share = shares.get(other)
    const ties = { concerned: facts.owners.includes(other), share }
    if (!organisationKind) {
      const seen = preview(sightAs(unknownAudience, facts, ties))
      return { organisation: other, ifRegistered: true, ...seen }
    }
    const audience = audienceOf({ organisationId: other, organisationKind }, organisationId)
    const agreement = share && { agreementId: share.agreementId }
    return {
      organisation: other,
      audience,
      ...agreement,
      ...preview(sightAs(audience, facts, ties)),
    }
  })
}

// What an organisation of which nothing is known would be: most who own what leaks are carriers.
const unknownAudience = 'peer'

interface Preview {
  readonly read: ReportView | null
  readonly push: ReportView | 'notice' | null
}

// What is pushed of a report that may be read and not be pushed is a notice without its content.
function previewOf(report: Report, sight: Sight | undefined): Preview {
  if (!sight) return { read: null, push: null }
  const read = project(report, sight) ?? null
  const push = project(report, pushed(sight)) ?? null
  const notice = read && !isWithin(pushed(sight), report.tlp) ? 'notice' : null
  return { read, push: push ?? notice }
}
