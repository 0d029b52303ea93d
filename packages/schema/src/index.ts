export * from './codes/areas.ts'
export type * from './generated/report.gen.ts'
export type { ReportView } from './generated/report-view.gen.ts'
export type * from './generated/event.gen.ts'
export type * from './generated/subscription.gen.ts'
export type * from './generated/problem.gen.ts'
export type * from './generated/organisation.gen.ts'
export type * from './generated/contact.gen.ts'
export type * from './generated/agreement.gen.ts'
export type * from './generated/acknowledgement.gen.ts'
export * from './lifecycle/lifecycle.ts'
export * from './difference/difference.ts'
export * from './event/envelope.ts'
export * from './event/event-types.ts'
export type { MailOrderKind } from './event/mail-order-kind.ts'
export * from './event/event-writer.ts'
export * from './event/schema-base-url.ts'
export * from './filter/hear.ts'
export * from './filter/ranked.ts'
export * from './filter/report-facts.ts'
export * from './projection/audience.ts'
export { defaultTlp, fieldRules } from './projection/field-rules.ts'
export { labelAt } from './projection/labels.ts'
export { greenFrom, levelTableNames } from './projection/level-table.ts'
export * from './projection/project.ts'
export * from './projection/sight.ts'
export * from './sharing/share.ts'
export * from './sharing/parse-agreement.ts'
export * from './report/parse-report.ts'
export * from './report/parse-subscription.ts'
export * from './report/parse-event.ts'
export { rawJsonFaults } from './report/raw-json.ts'
export * from './acknowledgement/deadline.ts'
export * from './acknowledgement/parse-acknowledgement.ts'
export * from './register/confirmation.ts'
export * from './register/hours.ts'
export * from './register/whom-to-tell.ts'
export * from './register/parse-contact.ts'
export * from './register/parse-organisation.ts'
export * from './register/project.ts'
export { schemas, type SchemaName } from './report/schemas.ts'
export type { Fault, Parsed } from './report/fault.ts'
export * from './codes/lists.ts'
export { classify, type ClassifyOptions } from './levels/classify.ts'
export { laneOfLevel, type LaneOfLevel } from './levels/lane-of-level.ts'
export type { LevelBefore } from './levels/hold-level.ts'
export type {
  Classification,
  ClassifiableReport,
  Countdown,
  CountdownInTime,
  CountdownInUsers,
  Deadline,
  LegalClassResult,
} from './levels/classification.ts'
export { chooseRuleSet, ruleSets } from './levels/rule-sets.ts'
export { parseRuleSet } from './levels/rule-set.ts'
export type {
  DeadlineKind,
  DeadlineRule,
  LevelRule,
  RuleSet,
  Threshold,
} from './levels/rule-set.ts'
