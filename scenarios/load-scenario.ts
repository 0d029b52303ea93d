// The way to the scenarios: their names, one by name, its steps in time, and the submission that a
// step makes once the reports it refers to have ids.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@renkei/schema'
import { scenarioFaults } from './scenario-faults.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'

export type { Scenario, ScenarioOrganisation, ScenarioRelation, ScenarioStep } from './scenario.ts'

const extension = '.json'

/** The names of all scenarios, in the order of the alphabet. */
export async function listScenarios(): Promise<string[]> {
  const files = await readdir(import.meta.dirname)
  return files
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .toSorted()
}

/**
 * The scenario of that name, checked. Refuses an unknown name with the list of names, and a file
 * that breaks the form or holds a report that breaks the contract with every fault.
 */
export async function loadScenario(name: string): Promise<Scenario> {
  const names = await listScenarios()
  if (!names.includes(name)) {
    throw new RangeError(`no scenario is called ${name}; there are ${names.join(', ')}`)
  }
  const text = await readFile(join(import.meta.dirname, name + extension), 'utf8')
  const document: unknown = JSON.parse(text)
  const faults = scenarioFaults(document, name)
  if (faults.length > 0) throw new TypeError(`scenario ${name}: ${faults.join('; ')}`)
  return document as Scenario
}

/** The steps in the order in which they are posted; steps of one instant keep their order. */
export function scenarioTimeline(scenario: Scenario): ScenarioStep[] {
  return scenario.steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/**
 * The submission that a step makes. `reportIds` gives the report id of every incident posted so
 * far. Refuses a step that refers to an incident without one.
 */
export function submissionOf(step: ScenarioStep, reportIds: ReadonlyMap<string, string>): Report {
  if (step.related === undefined) return step.report
  const related = step.related.map(({ incident, ...relation }) => {
    const reportId = reportIds.get(incident)
    if (reportId === undefined) {
      throw new RangeError(`${step.incident} refers to ${incident}, which has no report yet`)
    }
    return { reportId, ...relation }
  })
  return { ...step.report, related }
}
