// What would become of a report: the level it would get and why, what is owed by when, and what each
// audience would see. Nothing is stored.

import { audiences, classify, project, type Report, type RuleSet } from '@renkei/schema'

export interface ValidateDeps {
  readonly chooseRuleSet: (at: string) => RuleSet
}

// Stand-ins for what only storing gives.
const notStored = '00000000-0000-7000-8000-000000000000'

/** Assesses a valid report and previews every audience's view of it. */
export function validateReport(report: Report, deps: ValidateDeps) {
  const ruleSet = deps.chooseRuleSet(report.occurredAt?.at ?? report.detectedAt.at)
  const classification = classify(report, { ruleSet, now: report.asOf.at })
  const recorded = {
    reportId: notStored,
    revision: 1,
    recordedAt: report.asOf.at,
    level: classification.level,
    ...report,
  }
  const views = audiences.map((audience) => [audience, project(recorded, audience) ?? null])
  return { valid: true, ...classification, views: Object.fromEntries(views) }
}
