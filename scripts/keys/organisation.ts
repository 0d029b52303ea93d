// npm run keys -- organisation: adds an organisation, or changes the entry of one that is there. Only
// an operator gives an organisation its kind, which decides what it may see.

import {
  addOrganisation,
  type Db,
  findOrganisation,
  type OrganisationKind,
  type Tx,
  updateOrganisation,
} from '@renkei/db'
import { type OrganisationPatch, parseOrganisationPatch } from '@renkei/schema'

export interface OrganisationWish {
  readonly organisationId: string
  readonly name?: string | undefined
  readonly nameJa?: string | undefined
  readonly kind?: OrganisationKind | undefined
  /** Each as SCHEME:VALUE; they replace all codes. */
  readonly codes?: readonly string[] | undefined
}

export interface SaveDeps {
  readonly now: Date
  /** Puts the change on record within its transaction. */
  readonly record: (tx: Tx, action: string, detail: object) => Promise<void>
}

/** Adds or changes an organisation and resolves to what was done; throws what is wrong with the wish. */
export async function saveOrganisation(
  db: Db,
  wish: OrganisationWish,
  { now, record }: SaveDeps,
): Promise<string> {
  const { organisationId, kind } = wish
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(organisationId)) {
    throw new Error('CODE must be 2 to 63 lower-case letters, digits and hyphens')
  }
  const change = { ...readEntry(wish), ...(kind && { kind }) }
  const parts = Object.keys(change)
  return db.transaction().execute(async (tx) => {
    const before = await findOrganisation(tx, organisationId, { forUpdate: true })
    if (before && parts.length === 0) return `${organisationId} was there already`
    if (!before) {
      const { name } = change
      if (name === undefined || !kind) throw new Error('a new organisation needs --name and --kind')
      await addOrganisation(tx, { organisationId, name, kind })
    }
    await updateOrganisation(tx, organisationId, change, now)
    await record(tx, before ? 'organisation.changed' : 'organisation.added', { parts })
    return `${organisationId} is ${before ? 'changed' : 'added'}`
  })
}

function readEntry({ name, nameJa, codes }: OrganisationWish): OrganisationPatch {
  const entry = {
    ...(name !== undefined && { name }),
    ...(nameJa !== undefined && { nameJa }),
    ...(codes && { codes: codes.map(readCode) }),
  }
  if (Object.keys(entry).length === 0) return {}
  const parsed = parseOrganisationPatch(entry)
  if (parsed.ok) return parsed.patch
  const faults = parsed.faults.map(({ detail, expected }) =>
    expected === undefined ? detail : `${detail} Expected: ${expected}`,
  )
  throw new Error(faults.join('\n'))
}

function readCode(text: string): object {
  const [scheme, ...value] = text.split(':')
  return { scheme, value: value.join(':') }
}
