// The form of a scenario: a real incident as the reports and revisions that a NOC could have posted.

import type { Bilingual, Related, Report } from '@renkei/schema'

/** Organisations that report in a scenario or are named in its reports. */
export interface ScenarioOrganisation {
  organisationId: string
  name: string
  kind: 'carrier' | 'mvno'
}

/** A link to the report of another incident of the scenario, whose id Renkei gives only in the replay. */
export interface ScenarioRelation extends Omit<Related, 'reportId'> {
  incident: string
}

export interface ScenarioStep {
  /** When the NOC posts, RFC 3339. */
  at: string
  organisation: string
  /** The first step of a key creates the report, later ones revise it. */
  incident: string
  sources: string[]
  /** False when a fact the report rests on, or its time, is not confirmed by the sources. */
  verified: boolean
  /** What is fact and what is assumed. */
  note: Bilingual
  /** JSON Pointers of the parts of the report that are assumed. */
  assumed?: string[]
  related?: ScenarioRelation[]
  /** The whole submission: a revision restates everything. */
  report: Report
}

export interface Scenario {
  name: string
  title: Bilingual
  /** When the incident begins, RFC 3339; no step is earlier. */
  startsAt: string
  note: Bilingual
  /** JSON Pointers of what is assumed in every report. */
  assumed: string[]
  organisations: ScenarioOrganisation[]
  /** In the order of `at`. */
  steps: ScenarioStep[]
}
