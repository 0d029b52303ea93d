// Contacts as they come in, parsed like reports: all faults at once, the value unchanged.

import type { ValidateFunction } from 'ajv'
import type {
  ContactEntry,
  ContactImport,
  ContactOrder,
  ContactRequest,
} from '../generated/contact.gen.ts'
import { distinctFaults, type Fault, type Parsed } from '../report/fault.ts'
import { rawJsonFaults } from '../report/raw-json.ts'
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
  const faults = shapeOf(value, validateRequest)
  if (faults.length > 0) return refused(faults)
  const request = value as ContactRequest
  const meaning = contactFaults(request, '')
  return meaning.length === 0 ? { ok: true, request } : refused(meaning)
}

/** The order in which to call. Refuses what is no list of identifiers, each once. */
export function parseContactOrder(value: unknown): Parsed<'order', readonly string[]> {
  const faults = shapeOf(value, validateOrder)
  return faults.length === 0 ? { ok: true, order: (value as ContactOrder).order } : refused(faults)
}

/**
 * All contacts of an organisation. An entry with a fault of shape does not hide what is wrong with
 * the others: each entry that is sound is held to the rules on meaning too.
 */
export function parseContactImport(value: unknown): Parsed<'entries', readonly ContactEntry[]> {
  const shape = shapeOf(value, validateImport)
  const { contacts } = (value ?? {}) as { contacts?: unknown }
  const entries: readonly unknown[] = Array.isArray(contacts) ? contacts : []
  const meaning = entries.flatMap((entry, index) =>
    validateEntry(entry) ? contactFaults(entry, `/contacts/${index}`) : [],
  )
  const faults = [...shape, ...meaning]
  return faults.length === 0
    ? { ok: true, entries: (value as ContactImport).contacts }
    : refused(faults)
}

function shapeOf(value: unknown, validate: ValidateFunction): Fault[] {
  const shape = validate(value) ? [] : shapeFaults(validate.errors ?? [])
  return withoutEchoes([...rawJsonFaults(value), ...shape])
}

function refused(faults: readonly Fault[]): { ok: false; faults: Fault[] } {
  return { ok: false, faults: distinctFaults(faults) }
}

function part<T>(name: string): ValidateFunction<T> {
  return validatorOf<T>(`${schemas.contact.$id}#/$defs/${name}`)
}
