// The parts of a report that are stored sealed, and the place that each is bound to. A sealed part is
// a text where the contract wants an object or a list, so one that stays closed is shown to nobody.

import { VaultError } from './errors.ts'
import type { Vault } from './vault.ts'

/** Where a revision stands. Its numbers are known before it is decided: they are what was asked for. */
export interface RevisionPlace {
  readonly organisationId: string
  readonly reportId: string
  readonly revision: number
}

interface SealedRevision extends RevisionPlace {
  readonly content: unknown
}

type Part = 'sensitive' | 'contacts' | 'window.siteContact'
type Members = Record<string, unknown>

/**
 * Gives the JSON text of a report with its sealed parts in place, and how many bytes the report has
 * without that. The report stays as it is.
 */
export function writeSealed(
  vault: Pick<Vault, 'seal'>,
  place: RevisionPlace,
  report: object,
): { content: string; plainBytes: number } {
  let added = 0
  const sealed = replaceParts(report as Members, (value, part) => {
    const plain = JSON.stringify(value)
    const text = vault.seal(plain, contextOf(place, part))
    added += text.length + quotes - Buffer.byteLength(plain)
    return text
  })
  const content = JSON.stringify(sealed)
  return { content, plainBytes: Buffer.byteLength(content) - added }
}

const quotes = 2

/**
 * Gives a stored revision with its sealed parts opened; the row itself when it has none. A part that
 * cannot be opened stays closed and is told to `onFault`: news of an incident must not wait for it.
 * Rejects only when a data key had to be read and the store did not answer.
 */
export async function openRevision<Row extends SealedRevision>(
  vault: Vault,
  row: Row,
): Promise<Row> {
  const sealed = sealedParts(row.content)
  if (sealed.length === 0) return row
  await vault.fetchKeys(sealed)
  const content = replaceParts(row.content as Members, (value, part) =>
    typeof value === 'string' ? openPart(vault, value, contextOf(row, part)) : value,
  )
  return { ...row, content }
}

/** Gives stored revisions, each as `openRevision` does. */
export async function openRevisions<Row extends SealedRevision>(
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

// Keeps the order of members: the text of a report does not depend on what is sealed in it.
function replaceParts(report: Members, replace: (value: unknown, part: Part) => unknown): Members {
  const { sensitive, contacts, window } = report
  const siteContact = (window as Members | undefined)?.['siteContact']
  const copy = { ...report }
  if (sensitive !== undefined) copy['sensitive'] = replace(sensitive, 'sensitive')
  if (contacts !== undefined) copy['contacts'] = replace(contacts, 'contacts')
  if (siteContact !== undefined) {
    const replaced = replace(siteContact, 'window.siteContact')
    copy['window'] = { ...(window as Members), siteContact: replaced }
  }
  return copy
}
