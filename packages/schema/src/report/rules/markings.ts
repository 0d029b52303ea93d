// A marking says how far one part may go: the part must be there, and have one label only.

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
    }
    seen.add(pointer)
  })
}

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
