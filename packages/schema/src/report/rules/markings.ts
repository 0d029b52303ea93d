// A marking says how far one part may go: the part must be there, have one label only, and not be
// one of those without which nobody could tell what the report is.

import type { ReportRule } from './report-rule.ts'

export const checkMarkings: ReportRule = ({ markings }, faults, document) => {
  const seen = new Set<string>()
  markings?.forEach(({ pointer }, index) => {
    const place = `/markings/${index}/pointer`
    if (seen.has(pointer)) {
      faults.push({
        pointer: place,
        rule: 'markings.duplicate',
        detail: `${place} names a part that another marking names too.`,
        expected: 'one marking per part',
      })
    } else if (!resolves(pointer, document)) {
      faults.push({
        pointer: place,
        rule: 'markings.pointer',
        detail: `${place} does not lead to a part of this report.`,
        expected: 'the JSON Pointer of a member or entry that is there',
      })
    } else if (identity.has(pointer)) {
      faults.push({
        pointer: place,
        rule: 'markings.identity',
        detail: `${place} names what every reader of the report needs.`,
        expected: 'a marking of another part; /tlp narrows the whole report',
      })
    }
    seen.add(pointer)
  })
}

const identity = new Set(
  [
    'schemaVersion',
    'kind',
    'messageStatus',
    'state',
    'reporter',
    'reporter/organisation',
    'tlp',
    'markings',
  ].map((name) => `/${name}`),
)

function resolves(pointer: string, document: object): boolean {
  let node: unknown = document
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, name)) return false
    if (Array.isArray(node) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return false
    node = (node as Record<string, unknown>)[name]
  }
  return true
}
