// Contacts as they come in, parsed like reports: all faults at once, the value unchanged.

import type { ErrorObject, ValidateFunction } from 'ajv'
import type {
  ContactEntry,
  ContactImport,
  ContactOrder,
  ContactRequest,
} from '../generated/contact.gen.ts'
import { boundedShapeFaults, errorsMax, guard } from '../report/bounded-shape.ts'
import { distinctFaults, faultsMax, type Fault, type Parsed } from '../report/fault.ts'
import { schemas } from '../report/schemas.ts'
import { shapeFaults, withoutEchoes } from '../report/shape-faults.ts'
import { validatorOf } from '../report/validators.ts'
import { contactFaults } from './contact-rules.ts'

const validateRequest = part<ContactRequest>('contactRequest')
const validateOrder = part<ContactOrder>('contactOrder')
const validateEntry = part<ContactEntry>('contactEntry')
const validateImport = part<ContactImport>('contactImport')

/** A contact to add or to replace. Refuses what the schema or a rule on meaning does not allow. */
export function parseContactRequest(value: unknown): Parsed<'request', ContactRequest> {
  const faults = boundedShapeFaults(value, validateRequest)
  if (faults.length > 0) return refused(faults)
  const request = value as ContactRequest
  const meaning = contactFaults(request, '')
  return meaning.length === 0 ? { ok: true, request } : refused(meaning)
}

/** The order in which to call. Refuses what is no list of identifiers, each once. */
export function parseContactOrder(value: unknown): Parsed<'order', readonly string[]> {
  const faults = boundedShapeFaults(value, validateOrder)
  return faults.length === 0 ? { ok: true, order: (value as ContactOrder).order } : refused(faults)
}

/**
 * All contacts of an organisation. An entry with a fault of shape does not hide what is wrong with
 * the others: each entry that is sound is held to the rules on meaning too.
 */
export function parseContactImport(value: unknown): Parsed<'entries', readonly ContactEntry[]> {
  const { raw, isBeyond } = guard(value, validateImport)
  if (isBeyond) return refused(raw)
  const { contacts } = (value ?? {}) as { contacts?: unknown }
  const entries: readonly unknown[] = Array.isArray(contacts) ? contacts : []
  const shape: Fault[] = [...raw, ...envelopeFaults(value, entries)]
  const meaning: Fault[] = []
  for (const [index, entry] of entries.entries()) {
    if (shape.length + meaning.length >= faultsMax) break
    const pointer = `/contacts/${index}`
    if (validateEntry(entry)) meaning.push(...contactFaults(entry, pointer))
    else shape.push(...shapeFaults(within(pointer, validateEntry.errors)))
  }
  const faults = [...withoutEchoes(shape), ...meaning]
  return faults.length === 0
    ? { ok: true, entries: (value as ContactImport).contacts }
    : refused(faults)
}

// The entries are looked at one by one: the validator's time grows with the errors before each.
function envelopeFaults(value: unknown, entries: readonly unknown[]): Fault[] {
  const envelope = entries.length === 0 ? value : { ...(value as object), contacts: [] }
  return validateImport(envelope)
    ? []
    : shapeFaults((validateImport.errors ?? []).slice(0, errorsMax))
}

function within(pointer: string, errors: readonly ErrorObject[] | null | undefined): ErrorObject[] {
  return (errors ?? [])
    .slice(0, errorsMax)
    .map((error) => ({ ...error, instancePath: pointer + error.instancePath }))
}

function refused(faults: readonly Fault[]): { ok: false; faults: Fault[] } {
  return { ok: false, faults: distinctFaults(faults) }
}

function part<T>(name: string): ValidateFunction<T> {
  return validatorOf<T>(`${schemas.contact.$id}#/$defs/${name}`)
}
