// The frame of every change of contacts: the caller's own organisation, locked, with its contacts as
// they are; the audit entry last.

import {
  appendAudit,
  type ContactHead,
  lockOrganisation,
  type OwnContacts,
  readOwnContacts,
  type Tx,
} from '@renkei/db'
import type { Fault } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError, invalidBody } from '../problem/domain-error.ts'
import type { RegisterDeps } from './register-deps.ts'

/** The contacts of the caller, among them those that do not open: one of these stops no change of the others. */
export interface OpenRegister extends OwnContacts {
  readonly tx: Tx
  readonly at: Date
  readonly organisationId: string
}

export interface RegisterChange<T> {
  readonly result: T
  /** What goes on record. */
  readonly entry: { readonly action: string; readonly objectId: string; readonly detail?: object }
}

/** Runs a change alone on the caller's contacts and puts it on record, all or nothing. */
export async function changeRegister<T>(
  request: FastifyRequest,
  deps: RegisterDeps,
  change: (register: OpenRegister) => Promise<RegisterChange<T>>,
): Promise<T> {
  const { organisationId } = request.caller
  const at = deps.clock.now()
  return deps.db.transaction().execute(async (tx) => {
    await lockOrganisation(tx, organisationId)
    const own = await readOwnContacts(tx, deps.vault, organisationId)
    const { result, entry } = await change({ tx, at, organisationId, ...own })
    await appendAudit(tx, {
      ...actorOf(request),
      at,
      objectType: 'contact',
      objectOwner: organisationId,
      ...entry,
    })
    return result
  })
}

/** Finds a contact of the caller's own, whether or not it opens; to others it does not exist. */
export function ownContact({ heads }: OpenRegister, contactId: string): ContactHead {
  const contact = heads.find((one) => one.contactId === contactId)
  if (!contact) throw new DomainError('not-found', 'Your organisation has no such contact.')
  return contact
}

/** The refusal of an entry of the register with its faults. */
export function invalidEntry(errors: readonly Fault[]): DomainError {
  return invalidBody('invalid-register-entry', errors)
}
