// Importing all contacts of one's own organisation, from JSON or CSV: all or nothing. A dry run tells
// what would happen and leaves everything as it is.

import { deleteContacts, insertContact, readOwnContacts, replaceContact } from '@renkei/db'
import { type ContactEntry, type Fault, parseContactImport } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { tooMany } from './change-contact.ts'
import { changeRegister, invalidEntry, type OpenRegister } from './change-register.ts'
import { readCsv } from './csv/read-csv.ts'
import { requireMatch, respectMatch } from '../if-match.ts'
import { tagOfRegister } from './register-tag.ts'
import { locateInCsv, locateInJson } from './locate-faults.ts'
import { changesNothing, type ImportPlan, planImport } from './plan-import.ts'
import type { RegisterDeps } from './register-deps.ts'
import { namedUnreadable } from './views.ts'

export interface Imported {
  readonly report: object
  /** The tag of the register as it is now. */
  readonly tag: string
}

export interface ImportQuery {
  readonly dryRun: boolean
  /** Which of the contacts that do not open are to go. */
  readonly remove?: readonly string[]
}

/** Imports the body of a request; throws the refusal with every fault, by row and field. */
export async function importContacts(
  request: FastifyRequest,
  { dryRun, remove = [] }: ImportQuery,
  deps: RegisterDeps,
): Promise<Imported> {
  const sent = await readSent(request.body)
  return changeRegister(request, deps, async (register) => {
    const { tx, heads, organisationId } = register
    const tag = tagOfRegister(heads)
    if (dryRun) respectMatch(request, tag)
    else requireMatch(request, tag)
    const plan = planImport(sent.entries, register, { organisationId, remove })
    if (plan.faults.length > 0) throw invalidEntry(sent.located(plan.faults))
    const count = sent.entries.length + plan.unreadable.length
    if (count > deps.contactsPerOrganisationMax) throw tooMany(heads.length)
    const report = { dryRun, ...describe(plan, sent) }
    if (dryRun || changesNothing(plan)) {
      const action = dryRun ? 'contact.importTried' : 'contact.imported'
      return { result: { report, tag }, entry: { action, objectId: organisationId } }
    }
    const detail = await carryOut(plan, register, deps)
    const after = await readOwnContacts(tx, deps.vault, organisationId)
    return {
      result: { report, tag: tagOfRegister(after.heads) },
      entry: { action: 'contact.imported', objectId: organisationId, detail },
    }
  })
}

/** What was sent, with the way from its places back to its rows. */
interface Sent {
  readonly entries: readonly ContactEntry[]
  readonly located: (faults: readonly Fault[]) => readonly Fault[]
  readonly rowOf: (index: number) => number
}

async function readSent(body: unknown): Promise<Sent> {
  const csv = Buffer.isBuffer(body) ? await readCsv(body) : undefined
  const located = (faults: readonly Fault[]) =>
    csv ? locateInCsv(faults, csv.rows) : locateInJson(faults)
  const parsed = parseContactImport(csv ? csv.document : body)
  const faults = [...(csv?.faults ?? []), ...(parsed.ok ? [] : located(parsed.faults))]
  if (faults.length > 0 || !parsed.ok) throw invalidEntry(faults)
  const rowOf = (index: number) => csv?.rows[index]?.row ?? index + 1
  return { entries: parsed.entries, located, rowOf }
}

function describe(plan: ImportPlan, { rowOf }: Sent) {
  const { added, changed, removed, unchanged } = plan
  return {
    added: added.map(({ index, content }) => ({
      row: rowOf(index),
      role: content.role,
      name: content.name,
    })),
    changed: changed.map(({ index, content, before, parts }) => ({
      row: rowOf(index),
      contactId: before.contactId,
      role: content.role,
      name: content.name,
      parts,
    })),
    removed: removed.map(({ contactId, role, name }) => ({
      contactId,
      role,
      ...(name !== undefined && { name }),
    })),
    unchanged,
    ...namedUnreadable(plan),
  }
}

const importedBy = 'import'

// What an import adds or changes, somebody has just looked at; what it leaves as it is keeps the age
// of its confirmation, so that a nightly import does not hide that nobody looks any more.
async function carryOut(
  { added, changed, removed }: ImportPlan,
  { tx, at, organisationId }: OpenRegister,
  { vault, newId }: RegisterDeps,
): Promise<object> {
  const confirmed = { confirmedAt: at, confirmedBy: importedBy }
  await deleteContacts(
    tx,
    removed.map(({ contactId }) => contactId),
  )
  for (const { before, content, order, parts } of changed) {
    const isOnlyMoved = parts.every((part) => part === 'order')
    const revision = before.revision + 1
    await replaceContact(tx, vault, {
      ...before,
      ...content,
      order,
      revision,
      ...(!isOnlyMoved && confirmed),
    })
  }
  const ids: string[] = []
  for (const { content, order } of added) {
    const contactId = newId()
    ids.push(contactId)
    const named = { contactId, organisationId, revision: 1, order }
    await insertContact(tx, vault, { ...named, ...content, ...confirmed })
  }
  return {
    added: ids,
    changed: changed.map(({ before }) => before.contactId),
    removed: removed.map(({ contactId }) => contactId),
  }
}
