// The rules that the schemas name themselves: a part of a schema with `x-rule` says how it is called
// when it fails (`x-says`, `x-expected`), and the name holds for every part below it.

import type { KeywordFault } from './keyword-faults.ts'
import { schemas } from './schemas.ts'

/** The named rule that a part of a schema document belongs to, by the part itself. */
export const namedRules: ReadonlyMap<object, KeywordFault> = collectRules()

function collectRules(): Map<object, KeywordFault> {
  const rules = new Map<object, KeywordFault>()
  const visit = (part: unknown, outer: KeywordFault | undefined) => {
    if (part === null || typeof part !== 'object') return
    const rule = ruleOf(part as Record<string, unknown>) ?? outer
    if (rule !== undefined) rules.set(part, rule)
    for (const inner of Object.values(part)) visit(inner, rule)
  }
  for (const schema of Object.values(schemas)) visit(schema, undefined)
  return rules
}

function ruleOf(part: Record<string, unknown>): KeywordFault | undefined {
  const { 'x-rule': rule, 'x-says': says, 'x-expected': expected } = part
  if (typeof rule !== 'string' || typeof says !== 'string') return undefined
  return typeof expected === 'string' ? { rule, says, expected } : { rule, says }
}
