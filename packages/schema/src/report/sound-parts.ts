// What is left of a document when its faulty parts are taken out, so that the rules on meaning can
// run on the rest: all faults are told at once, and no rule meets a value of the wrong shape.

import type { Report } from '../generated/report.gen.ts'
import type { Fault } from './fault.ts'

/**
 * A report of which any part may be missing. Lists may have holes where an entry was faulty, so
 * rules walk them with `forEach`, which passes over holes and keeps the numbers of the others.
 */
export type SoundParts = Partial<Report>

/**
 * The document without the members, or the entries of its lists, that the faults point into.
 * Unknown members make nothing else unsound.
 */
export function soundParts(document: object, faults: readonly Fault[]): SoundParts {
  const sound: Record<string, unknown> = { ...document }
  for (const { pointer, rule } of faults) {
    if (rule === 'unknownMember') continue
    const [, member = '', entry] = pointer.split('/')
    const value = sound[member]
    if (Array.isArray(value) && entry !== undefined) sound[member] = withHole(value, entry)
    else delete sound[member]
  }
  return sound
}

function withHole(list: readonly unknown[], entry: string): unknown[] {
  const copy = list.slice()
  Reflect.deleteProperty(copy, entry)
  return copy
}
