// Rules on the raw JSON, before anything else looks at it, the extensions included: what cannot be
// stored, shown or passed on faithfully is refused, and what is too deep or too wide to be worth
// the time of the schema validator.

import { type Fault, faultsMax, pointerStep } from './fault.ts'

/** Nesting of a document; the contract itself needs 6. */
export const jsonDepthMax = 32

/** Entries of one list or members of one object; the contract itself needs 500. */
export const jsonEntriesMax = 1_000

/** Values in a document, with those in lists and objects; a full import of contacts needs 60,000. */
export const jsonNodesMax = 150_000

/** Length of a member name, in UTF-16 units. It keeps the pointers of faults short. */
const memberNameLengthMax = 128

/**
 * Faults of text and of size in a JSON value: NUL or half a surrogate pair in a string or a member
 * name (`text.unicode`), a number that JSON readers do not agree on (`number.exact`, RFC 8259 §6),
 * a member named `__proto__` (`member.reserved`), a name beyond
 * `memberNameLengthMax` (`limit.name`), nesting beyond `jsonDepthMax` (`limit.depth`), more than
 * `jsonEntriesMax` entries (`limit.entries`), more than `jsonNodesMax` values in all (`limit.nodes`).
 * Looks no further after `faultsMax` faults.
 */
export function rawJsonFaults(value: unknown): Fault[] {
  const faults: Fault[] = []
  const count = { nodes: 1 }
  visit(value, { pointer: '', depth: 0, faults, count })
  return count.nodes > jsonNodesMax ? [nodesFault] : faults
}

interface Place {
  pointer: string
  depth: number
  faults: Fault[]
  count: { nodes: number }
}

function visit(value: unknown, place: Place): void {
  if (typeof value === 'string') {
    if (!isPlainText(value)) place.faults.push(textFault(place.pointer))
    return
  }
  if (typeof value === 'number' && !isExact(value)) place.faults.push(numberFault(place.pointer))
  if (value === null || typeof value !== 'object') return
  if (place.faults.length >= faultsMax || place.count.nodes > jsonNodesMax) return
  if (place.depth === jsonDepthMax) {
    place.faults.push(depthFault(place.pointer))
    return
  }
  const members = value as Record<string, unknown>
  const size = Array.isArray(value) ? value.length : Object.keys(members).length
  place.count.nodes += size
  if (size > jsonEntriesMax) place.faults.push(entriesFault(place.pointer))
  else if (Array.isArray(value)) visitItems(value, place)
  else visitMembers(members, place)
}

function visitItems(items: readonly unknown[], { pointer, depth, faults, count }: Place): void {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    if (isSound(item)) continue
    visit(item, { pointer: `${pointer}/${index}`, depth: depth + 1, faults, count })
  }
}

function visitMembers(
  members: Record<string, unknown>,
  { pointer, depth, faults, count }: Place,
): void {
  for (const name of Object.keys(members)) {
    if (name.length > memberNameLengthMax) {
      faults.push(nameFault(pointer))
      continue
    }
    if (!isPlainText(name)) faults.push(textFault(pointer + pointerStep(name)))
    if (name === '__proto__') faults.push(reservedFault(pointer + pointerStep(name)))
    const member = members[name]
    if (isSound(member)) continue
    visit(member, { pointer: pointer + pointerStep(name), depth: depth + 1, faults, count })
  }
}

// Pointers are built only for what has to be looked into or is at fault.
function isSound(value: unknown): boolean {
  if (typeof value === 'string') return isPlainText(value)
  if (typeof value === 'number') return isExact(value)
  return value === null || typeof value !== 'object'
}

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
}

function numberFault(pointer: string): Fault {
  return {
    pointer,
    rule: 'number.exact',
    detail: `${pointer === '' ? 'The document' : pointer} is a number that cannot be kept exactly.`,
    expected: 'a number from -9007199254740991 to 9007199254740991, or a string',
  }
}

function textFault(pointer: string): Fault {
  return {
    pointer,
    rule: 'text.unicode',
    detail: `${pointer} contains U+0000 or half a surrogate pair.`,
    expected: 'well-formed Unicode without U+0000',
  }
}

function reservedFault(pointer: string): Fault {
  return { pointer, rule: 'member.reserved', detail: `${pointer} has a name that is not allowed.` }
}

function entriesFault(pointer: string): Fault {
  return {
    pointer,
    rule: 'limit.entries',
    detail: `${pointer === '' ? 'The document' : pointer} has too many entries.`,
    expected: `at most ${jsonEntriesMax}`,
  }
}

const nodesFault: Fault = {
  pointer: '',
  rule: 'limit.nodes',
  detail: 'The document has too many values.',
  expected: `at most ${jsonNodesMax}`,
}

function nameFault(pointer: string): Fault {
  return {
    pointer,
    rule: 'limit.name',
    detail: `A member of ${pointer === '' ? 'the document' : pointer} has a name that is too long.`,
    expected: `member names of at most ${memberNameLengthMax} characters`,
  }
}

function depthFault(pointer: string): Fault {
  return {
    pointer,
    rule: 'limit.depth',
    detail: `${pointer} is nested too deeply.`,
    expected: `at most ${jsonDepthMax} levels`,
  }
}
