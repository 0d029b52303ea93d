// What is wrong with a document: the form of every refusal of the contract. One fault per broken
// rule and place, so that a sender can mend all of them at once.

export interface Fault {
  /** RFC 6901 pointer of the faulty member, or of the place where an absent one belongs. */
  pointer: string
  /** Stable identifier of the rule, such as `required` or `stage.initial.needs`. */
  rule: string
  /** English sentence that names the field and the rule. */
  detail: string
  /** What would be right. */
  expected?: string
}

export type Parsed<Name extends string, Value> =
  | ({ ok: true } & Record<Name, Value>)
  | { ok: false; faults: Fault[] }

/** One more step of a JSON Pointer, escaped as RFC 6901 asks. */
export function pointerStep(name: string): string {
  return `/${name.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** At most `faultsMax` faults, each pair of pointer and rule once, in their order. */
export function distinctFaults(faults: readonly Fault[]): Fault[] {
  const byPlace = new Map<string, Fault>()
  for (const fault of faults) {
    const key = `${fault.pointer} ${fault.rule}`
    if (!byPlace.has(key)) byPlace.set(key, fault)
    if (byPlace.size === faultsMax) break
  }
  return [...byPlace.values()]
}

/** A list longer than this helps nobody; a sender mends these and asks again. */
export const faultsMax = 200
