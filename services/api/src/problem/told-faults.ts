// How much of what is wrong an answer tells: a small body can hold very many faults, and whoever mends
// the first of them asks again.

import type { Fault } from '@renkei/schema'

/** As the schema of problems has it. */
export const faultsToldMax = 1000

/** Bytes of all faults of an answer together, as JSON. */
export const faultBytesMax = 262_144

const textMax = { pointer: 1024, rule: 128, detail: 4000, expected: 2000 } as const

export interface ToldFaults {
  readonly detail: string
  readonly errors: readonly Fault[]
}

/** The first faults that fit; when others do not, the detail says how many there are of all. */
export function toldFaults(
  detail: string,
  errors: readonly Fault[],
  bytesMax: number = faultBytesMax,
): ToldFaults {
  const told: Fault[] = []
  let bytes = 0
  for (const fault of errors.slice(0, faultsToldMax)) {
    const short = shortened(fault)
    bytes += Buffer.byteLength(JSON.stringify(short)) + 1
    if (bytes > bytesMax && told.length > 0) break
    told.push(short)
  }
  if (told.length === errors.length) return { detail, errors: told }
  return {
    detail: `${detail} The first ${told.length} of ${errors.length} are told.`,
    errors: told,
  }
}

function shortened(fault: Fault): Fault {
  const isShort = Object.entries(textMax).every(
    ([name, max]) => (fault[name as keyof typeof textMax]?.length ?? 0) <= max,
  )
  if (isShort) return fault
  const { pointer, rule, detail, expected } = fault
  return {
    ...fault,
    pointer: cut(pointer, textMax.pointer),
    rule: cut(rule, textMax.rule),
    detail: cut(detail, textMax.detail),
    ...(expected !== undefined && { expected: cut(expected, textMax.expected) }),
  }
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`
}
