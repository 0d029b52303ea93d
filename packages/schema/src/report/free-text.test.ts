// Every string of the Big List of Naughty Strings in every free-text field: taken as it is, or
// refused with a rule at that very place.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import allFields from '../../vectors/valid/all-fields.json' with { type: 'json' }
import { parseReport } from './parse-report.ts'

// The list lies beside the repository, not in it.
const listFile = new URL('../../../../../shared/data/hostile/blns/blns.json', import.meta.url)

const freeTextFields = [
  '/stateReason',
  '/reporter/system',
  '/externalIdentifiers/0/type',
  '/externalIdentifiers/0/id',
  '/emergencyCalls/alternatives/0',
  '/areas/0/name',
  '/cause/scheme',
  '/cause/code',
  '/cause/text',
  '/traffic/0/poi',
  '/interconnect/pois/0',
  '/interconnect/peersAffected/0/advice',
  '/window/rollbackPlanRef',
  '/window/siteContact/name',
  '/demand/organiser',
  '/demand/playbook',
  '/texts/0/headline',
  '/texts/0/description',
  '/texts/0/request',
  '/texts/0/alternatives/0',
  '/contacts/0/name',
  '/contacts/0/hours',
  '/sensitive/diagnostics',
  '/sensitive/sites/0',
  '/sensitive/equipment/0',
  '/sensitive/vendor',
]

describe.skipIf(!existsSync(listFile))(
  'the naughty strings (skipped when the list is absent)',
  () => {
    const strings: string[] = existsSync(listFile) ? JSON.parse(readFileSync(listFile, 'utf8')) : []

    test.each(freeTextFields)('%s takes them unchanged or refuses them there', (pointer) => {
      let accepted = 0
      for (const string of strings) {
        const report = withString(pointer, string)
        const parsed = parseReport(report)
        if (parsed.ok) {
          accepted += 1
          expect(parsed.report).toEqual(withString(pointer, string))
        } else {
          expect(parsed.faults.map((fault) => fault.pointer)).toEqual([pointer])
        }
      }
      expect(accepted).toBeGreaterThan(strings.length / 2)
    })

    test('extensions take them as names and values or refuse them', () => {
      for (const string of strings) {
        const report = {
          ...allFields,
          markings: undefined,
          extensions: { 'example.carrier': { [string]: string } },
        }
        const parsed = parseReport(JSON.parse(JSON.stringify(report)))
        if (!parsed.ok) expect(parsed.faults[0]?.pointer).toMatch(/^\/extensions\/example\.carrier/)
      }
    })
  },
)

function withString(pointer: string, string: string): unknown {
  const report = structuredClone(allFields)
  const steps = pointer.split('/').slice(1)
  let node = report as unknown as Record<string, unknown>
  for (const step of steps.slice(0, -1)) node = node[step] as Record<string, unknown>
  node[steps.at(-1) as string] = string
  return report
}
