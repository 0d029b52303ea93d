// What an import would do to the contacts of an organisation. Pure: the same plan is shown by a dry
// run and carried out by the real one.

import type { ContactContent, StoredContact } from '@renkei/db'
import type { ContactEntry, Fault } from '@renkei/schema'
import { contentOf, differingParts, naturalKey } from './content.ts'

export interface PlannedEntry {
  /** The place of the entry in the file. */
  readonly index: number
  readonly order: number
  readonly content: ContactContent
}

export interface PlannedChange extends PlannedEntry {
  readonly before: StoredContact
  readonly parts: readonly string[]
}

export interface ImportPlan {
  readonly faults: readonly Fault[]
  readonly added: readonly PlannedEntry[]
  readonly changed: readonly PlannedChange[]
  readonly removed: readonly StoredContact[]
  readonly unchanged: number
}

/**
 * Plans to make `entries` the contacts of an organisation. An entry replaces the contact that its
 * identifier names, or else the one with its role and name; what no entry names is removed. Finds
 * fault with another organisation's entries, unknown identifiers, and what stands there twice.
 */
export function planImport(
  entries: readonly ContactEntry[],
  contacts: readonly StoredContact[],
  organisationId: string,
): ImportPlan {
  const faults = [...ownershipFaults(entries, organisationId), ...orderFaults(entries)]
  const replaced = matchEntries(entries, contacts, faults)
  const added: PlannedEntry[] = []
  const changed: PlannedChange[] = []
  let unchanged = 0
  entries.forEach((entry, index) => {
    const planned = { index, order: entry.order ?? index + 1, content: contentOf(entry) }
    const before = replaced.get(index)
    if (!before) return added.push(planned)
    const moved = before.order === planned.order ? [] : ['order']
    const parts = [...differingParts(before, planned.content), ...moved]
    if (parts.length > 0) changed.push({ ...planned, before, parts })
    else unchanged += 1
    return undefined
  })
  const kept = new Set([...replaced.values()].map(({ contactId }) => contactId))
  const removed = contacts.filter(({ contactId }) => !kept.has(contactId))
  return { faults, added, changed, removed, unchanged }
}

function matchEntries(
  entries: readonly ContactEntry[],
  contacts: readonly StoredContact[],
  faults: Fault[],
): Map<number, StoredContact> {
  const byId = new Map(contacts.map((contact) => [contact.contactId, contact]))
  const byKey = new Map(contacts.map((contact) => [naturalKey(contact), contact]))
  const named = new Set(entries.flatMap(({ contactId }) => contactId ?? []))
  const [ids, keys] = [new Set<string>(), new Set<string>()]
  const replaced = new Map<number, StoredContact>()
  entries.forEach((entry, index) => {
    const key = naturalKey(entry)
    if (keys.has(key)) {
      faults.push(at(index, 'name', 'contact.duplicate', 'has the role and name of another entry'))
    }
    keys.add(key)
    const { contactId } = entry
    const before = contactId === undefined ? byKey.get(key) : byId.get(contactId)
    if (contactId !== undefined) {
      if (ids.has(contactId)) {
        faults.push(at(index, 'contactId', 'contact.duplicate', 'is that of another entry'))
      } else if (!before) {
        const says = 'names no contact of your organisation'
        faults.push(at(index, 'contactId', 'import.contactId', says))
      }
      ids.add(contactId)
    }
    // A contact that another entry names by its identifier is not this one's to replace.
    if (before && (contactId !== undefined || !named.has(before.contactId))) {
      replaced.set(index, before)
    }
  })
  return replaced
}

function ownershipFaults(entries: readonly ContactEntry[], organisationId: string): Fault[] {
  return entries.flatMap(({ organisation }, index) =>
    organisation === undefined || organisation === organisationId
      ? []
      : [at(index, 'organisation', 'import.organisation', 'is not your organisation')],
  )
}

function orderFaults(entries: readonly ContactEntry[]): Fault[] {
  const some = entries.some(({ order }) => order !== undefined)
  const taken = new Set<number>()
  return entries.flatMap(({ order }, index) => {
    if (order === undefined) {
      const says = 'is needed, because other entries have one'
      return some ? [at(index, 'order', 'import.order', says)] : []
    }
    const isTaken = taken.has(order)
    taken.add(order)
    return isTaken ? [at(index, 'order', 'order.taken', 'is that of another entry')] : []
  })
}

function at(index: number, field: string, rule: string, says: string): Fault {
  const pointer = `/contacts/${index}/${field}`
  return { pointer, rule, detail: `${pointer} ${says}.` }
}

/** True when a plan leaves everything as it is. */
export function changesNothing(plan: ImportPlan): boolean {
  return plan.added.length + plan.changed.length + plan.removed.length === 0
}
