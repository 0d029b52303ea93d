// What an import would do to the contacts of an organisation. Pure: the same plan is shown by a dry
// run and carried out by the real one.

import type { ContactContent, ContactHead, OwnContacts, StoredContact } from '@renkei/db'
import type { ContactEntry, Fault } from '@renkei/schema'
import { contentOf, differingParts, naturalKey } from './content.ts'

export interface PlannedEntry {
  /** The place of the entry in the file. */
  readonly index: number
  readonly order: number
  readonly content: ContactContent
}

export interface PlannedChange extends PlannedEntry {
  readonly before: StoredContact | ContactHead
  readonly parts: readonly string[]
}

export interface ImportPlan {
  readonly faults: readonly Fault[]
  readonly added: readonly PlannedEntry[]
  readonly changed: readonly PlannedChange[]
  readonly removed: readonly (ContactHead & { readonly name?: string })[]
  readonly unchanged: number
  /** Those that do not open and stay as they are. */
  readonly unreadable: readonly ContactHead[]
}

/**
 * Plans to make `entries` the contacts of an organisation. An entry replaces the contact that its
 * identifier names, or else the one with its role and name; what no entry names is removed, but what
 * does not open only when `remove` names it. Finds fault with another organisation's entries, unknown
 * identifiers, and what stands there twice.
 */
export function planImport(
  entries: readonly ContactEntry[],
  own: Pick<OwnContacts, 'contacts' | 'unreadable'>,
  { organisationId, remove = [] }: ImportTerms,
): ImportPlan {
  const faults = ownershipFaults(entries, organisationId)
  const replaced = matchEntries(entries, own, faults)
  const kept = new Set([...replaced.values()].map(({ contactId }) => contactId))
  const closed = own.unreadable.filter(({ contactId }) => !kept.has(contactId))
  const given = new Set(remove)
  const unreadable = closed.filter(({ contactId }) => !given.has(contactId))
  faults.push(...removalFaults(given, closed))
  const orders = placesOf(entries, unreadable, faults)
  const added: PlannedEntry[] = []
  const changed: PlannedChange[] = []
  let unchanged = 0
  entries.forEach((entry, index) => {
    const planned = { index, order: orders[index] ?? index + 1, content: contentOf(entry) }
    const before = replaced.get(index)
    if (!before) return added.push(planned)
    const moved = before.order === planned.order ? [] : ['order']
    const opened = 'name' in before ? before : undefined
    const parts = [...differingParts(opened, planned.content), ...moved]
    if (parts.length > 0) changed.push({ ...planned, before, parts })
    else unchanged += 1
    return undefined
  })
  const removed = [
    ...own.contacts.filter(({ contactId }) => !kept.has(contactId)),
    ...closed.filter(({ contactId }) => given.has(contactId)),
  ]
  return { faults, added, changed, removed, unchanged, unreadable }
}

export interface ImportTerms {
  readonly organisationId: string
  /** Identifiers of contacts that do not open. */
  readonly remove?: readonly string[]
}

function removalFaults(remove: ReadonlySet<string>, closed: readonly ContactHead[]): Fault[] {
  const known = new Set(closed.map(({ contactId }) => contactId))
  const isWrong = [...remove].some((contactId) => !known.has(contactId))
  if (!isWrong) return []
  const detail = '`remove` names a contact that is in the file, that opens, or that is not there.'
  const expected = 'identifiers out of `unreadable` that are not in the file'
  return [{ pointer: '', rule: 'import.remove', detail, expected }]
}

function matchEntries(
  entries: readonly ContactEntry[],
  { contacts, unreadable }: Pick<OwnContacts, 'contacts' | 'unreadable'>,
  faults: Fault[],
): Map<number, StoredContact | ContactHead> {
  const all = [...contacts, ...unreadable]
  const byId = new Map(all.map((contact) => [contact.contactId, contact]))
  const byKey = new Map(contacts.map((contact) => [naturalKey(contact), contact]))
  const named = new Set(entries.flatMap(({ contactId }) => contactId ?? []))
  const [ids, keys] = [new Set<string>(), new Set<string>()]
  const replaced = new Map<number, StoredContact | ContactHead>()
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

// Either all entries have a place, or they take the places as they come; what stays keeps its own.
function placesOf(
  entries: readonly ContactEntry[],
  staying: readonly ContactHead[],
  faults: Fault[],
): number[] {
  const some = entries.some(({ order }) => order !== undefined)
  const taken = new Set(staying.map(({ order }) => order))
  let last = 0
  return entries.map(({ order }, index) => {
    if (order === undefined && some) {
      const says = 'is needed, because other entries have one'
      faults.push(at(index, 'order', 'import.order', says))
    }
    if (order === undefined) {
      do last += 1
      while (taken.has(last))
      return last
    }
    if (taken.has(order)) {
      faults.push(at(index, 'order', 'order.taken', 'is that of another entry or contact'))
    }
    taken.add(order)
    return order
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
