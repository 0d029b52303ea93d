// The entry of one's own organisation: name and codes. Its kind is the operator's to set.

import {
  appendAudit,
  findOrganisation,
  type OrganisationEntry,
  updateOrganisation,
} from '@renkei/db'
import { parseOrganisationPatch } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError } from '../problem/domain-error.ts'
import { invalidEntry } from './change-register.ts'
import { requireMatch } from '../if-match.ts'
import type { RegisterDeps } from './register-deps.ts'

/** Changes the caller's own entry; another organisation's is not there to be changed. */
export async function changeOrganisation(
  organisationId: string,
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<OrganisationEntry> {
  const { caller } = request
  if (organisationId !== caller.organisationId) throw notYours()
  const parsed = parseOrganisationPatch(request.body)
  if (!parsed.ok) throw invalidEntry(parsed.faults)
  const at = deps.clock.now()
  return deps.db.transaction().execute(async (tx) => {
    const before = await findOrganisation(tx, organisationId, { forUpdate: true })
    if (!before) throw notYours()
    requireMatch(request, String(before.revision))
    const after = await updateOrganisation(tx, organisationId, parsed.patch, at)
    await appendAudit(tx, {
      ...actorOf(request),
      at,
      action: 'organisation.changed',
      objectType: 'organisation',
      objectId: organisationId,
      objectOwner: organisationId,
      detail: { parts: Object.keys(parsed.patch) },
    })
    return after
  })
}

function notYours(): DomainError {
  return new DomainError('not-found', 'This is not the entry of your organisation.')
}
