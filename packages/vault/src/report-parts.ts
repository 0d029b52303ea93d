// The parts of a report that are stored sealed, and the place that each is bound to. A sealed part is
// a text where the contract wants an object or a list, so one that stays closed is shown to nobody.

import { VaultError } from './errors.ts'
import type { Vault } from './vault.ts'

/** Where a revision stands. */
export interface RevisionPlace {
  readonly organisationId: string
  readonly reportId: string
  readonly revision: number
}

interface StoredRow {
  readonly organisationId: string
  /** Null in what tells of no report, such as a notice. */
  readonly reportId: string | null
  readonly revision: number | null
  readonly content: unknown
}

type Part = 'sensitive' | 'contacts' | 'window.siteContact'
type Members = Record<string, unknown>

/**
 * Gives the JSON text of a report as it is stored, with its parts sealed for their place; the text that
 * is given when it has none. The report stays as it is.
 */
export function writeSealed(
  vault: Pick<Vault, 'seal'>,
  place: RevisionPlace,
  { report, content }: { readonly report: object; readonly content: string },
): string {
  const sealed = replaceParts(report as Members, (value, part) =>
    vault.seal(JSON.stringify(value), contextOf(place, part)),
  )
  return sealed === report ? content : JSON.stringify(sealed)
}

/**
 * Gives a stored revision with its sealed parts opened; the row itself when it has none. A part that
 * cannot be opened stays closed and is told to `onFault`: news of an incident must not wait for it.
 * Rejects only when a data key had to be read and the store did not answer.
 */
export async function openRevision<Row extends StoredRow>(vault: Vault, row: Row): Promise<Row> {
  const { organisationId, reportId, revision } = row
  if (reportId === null || revision === null) return row
  const sealed = sealedParts(row.content)
  if (sealed.length === 0) return row
  await vault.fetchKeys(sealed)
  const place = { organisationId, reportId, revision }
  const content = replaceParts(row.content as Members, (value, part) =>
    typeof value === 'string' ? openPart(vault, value, contextOf(place, part)) : value,
  )
  return { ...row, content }
}

/** Gives stored revisions, each as `openRevision` does. */
export async function openRevisions<Row extends StoredRow>(
  vault: Vault,
  rows: readonly Row[],
): Promise<Row[]> {
  return Promise.all(rows.map((row) => openRevision(vault, row)))
}

function openPart(vault: Vault, sealed: string, context: string): unknown {
  try {
    return JSON.parse(vault.open(sealed, context).toString())
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    vault.onFault(error)
    return sealed
  }
}

// The owner is part of it: a report that is put under another organisation's name stays closed.
function contextOf({ organisationId, reportId, revision }: RevisionPlace, part: Part): string {
  return `report_revisions.content ${organisationId} ${reportId} ${revision} ${part}`
}

function sealedParts(content: unknown): string[] {
  if (typeof content !== 'object' || content === null) return []
  const { sensitive, contacts, window } = content as Members
  const siteContact = (window as Members | undefined)?.['siteContact']
  return [sensitive, contacts, siteContact].filter((part) => typeof part === 'string')
}

// Members keep their order: of a report that is opened again, not a byte is another.
function replaceParts(report: Members, replace: (value: unknown, part: Part) => unknown): Members {
  const { sensitive, contacts, window } = report
  const siteContact = (window as Members | undefined)?.['siteContact']
  const changes = {
    ...(sensitive !== undefined && { sensitive: replace(sensitive, 'sensitive') }),
    ...(contacts !== undefined && { contacts: replace(contacts, 'contacts') }),
    ...(siteContact !== undefined && {
      window: { ...(window as Members), siteContact: replace(siteContact, 'window.siteContact') },
    }),
  }
  return Object.keys(changes).length > 0 ? { ...report, ...changes } : report
}
