// Making, rotating and revoking the API keys of the caller's own organisation.

import {
  appendAudit,
  countLiveKeys,
  countStandingKeys,
  createKey,
  findKey,
  type ListedKey,
  lockOrganisation,
  revokeKey,
  rotateKey,
  type Tx,
} from '@renkei/db'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import type { Caller } from '../auth/auth.ts'
import { unauthenticated } from '../auth/refusals.ts'
import { DomainError } from '../problem/domain-error.ts'
import { readCredentialBody } from './credential-bodies.ts'
import type { CredentialDeps } from './credential-deps.ts'
import { viewKey } from './credential-views.ts'

/** Makes a key with scopes that the caller's own key has; its secret is in this answer only. */
export async function addKey(request: FastifyRequest, deps: CredentialDeps) {
  const { caller } = request
  const at = deps.clock.now()
  const { expiresAt, ...body } = readCredentialBody('key', request.body, at)
  refuseWiderScopes(caller, body.scopes)
  return changing(request, deps, async (tx) => {
    await requireRoom(tx, caller, deps)
    const end = expiresAt ? new Date(expiresAt) : null
    const { organisationId } = caller
    const made = await createKey(tx, { ...body, organisationId, expiresAt: end })
    return { ...made, action: 'key.created', objectId: made.keyId, detail: { scopes: body.scopes } }
  })
}

/** Makes the key that takes the place of another, which ends after the overlap. */
export async function replaceKey(keyId: string, request: FastifyRequest, deps: CredentialDeps) {
  const { caller } = request
  const at = deps.clock.now()
  const body = readCredentialBody('rotation', request.body ?? {}, at)
  const { overlapHours = 24, expiresAt, ...change } = body
  return changing(request, deps, async (tx) => {
    refuseWiderScopes(caller, (await findOwnKey(tx, caller, keyId)).scopes)
    await requireRoomForOverlap(tx, caller, deps)
    const rotated = await rotateKey(tx, {
      keyId,
      at,
      overlapMs: overlapHours * 3_600_000,
      change: {
        ...change,
        ...(expiresAt !== undefined && { expiresAt: expiresAt ? new Date(expiresAt) : null }),
      },
    })
    if (rotated.outcome !== 'rotated') throw conflict(whyNotRotated[rotated.outcome])
    const detail = { replacedBy: rotated.keyId, endsAt: rotated.oldEndsAt.toISOString() }
    return { ...rotated, action: 'key.rotated', objectId: keyId, detail }
  })
}

/** Ends a key at once. The last key that may make others cannot end: nobody could help then. */
export async function endKey(
  keyId: string,
  request: FastifyRequest,
  deps: CredentialDeps,
): Promise<void> {
  const { caller } = request
  const at = deps.clock.now()
  await deps.db.transaction().execute(async (tx) => {
    await holdCredentials(tx, caller, at)
    const key = await findOwnKey(tx, caller, keyId)
    const revoked = await revokeKey(tx, keyId, at)
    if (!revoked) throw conflict('This key has been revoked already.')
    if (key.scopes.includes('admin') && (await standingAdmins(tx, caller, at)) === 0) {
      throw conflict(
        'This is the last key with the scope admin that stays: make another one first.',
      )
    }
    await audit(tx, request, { at, action: 'key.revoked', objectId: keyId })
  })
}

/** Finds a key of the caller's organisation, or throws `not-found`. */
export async function findOwnKey(
  db: CredentialDeps['db'] | Tx,
  caller: Caller,
  keyId: string,
): Promise<ListedKey> {
  const key = await findKey(db, keyId)
  if (key?.organisationId === caller.organisationId) return key
  throw new DomainError('not-found', 'Your organisation has no such key.')
}

/**
 * Lets one transaction at a time change the credentials of an organisation. Looks at the caller's
 * own key afresh: one that was revoked a moment ago must not make another.
 */
export async function holdCredentials(tx: Tx, caller: Caller, at: Date): Promise<void> {
  await lockOrganisation(tx, caller.organisationId)
  const key = await findKey(tx, caller.keyId)
  const isLive = key && !key.revokedAt && (!key.expiresAt || key.expiresAt > at)
  if (!isLive) throw unauthenticated('the key has ended meanwhile')
}

interface Change {
  readonly keyId: string
  readonly apiKey: string
  readonly action: string
  readonly objectId: string
  readonly detail: object
}

// One change at a time of one organisation, with its entry in the audit, and the new key as answer.
async function changing(
  request: FastifyRequest,
  deps: CredentialDeps,
  change: (tx: Tx) => Promise<Change>,
) {
  const at = deps.clock.now()
  return deps.db.transaction().execute(async (tx) => {
    await holdCredentials(tx, request.caller, at)
    const { keyId, apiKey, action, objectId, detail } = await change(tx)
    const view = viewKey(await findOwnKey(tx, request.caller, keyId), at)
    await audit(tx, request, { at, action, objectId, detail })
    return { ...view, apiKey }
  })
}

async function audit(
  tx: Tx,
  request: FastifyRequest,
  entry: { at: Date; action: string; objectId: string; detail?: object },
): Promise<void> {
  const objectOwner = request.caller.organisationId
  await appendAudit(tx, { ...actorOf(request), ...entry, objectType: 'key', objectOwner })
}

// The scope admin includes the others.
function refuseWiderScopes({ scopes }: Caller, given: readonly string[]): void {
  const wider = scopes.has('admin') ? [] : given.filter((scope) => !scopes.has(scope))
  if (wider.length === 0) return
  throw new DomainError(
    'forbidden',
    `The key cannot give what it does not have: ${wider.join(', ')}.`,
  )
}

async function requireRoom(tx: Tx, caller: Caller, deps: CredentialDeps): Promise<void> {
  const at = deps.clock.now()
  const count = await countStandingKeys(tx, caller.organisationId, { at })
  if (count < deps.keysPerOrganisationMax) return
  throw new DomainError('limit-reached', `Your organisation has ${count} keys, as many as it may.`)
}

// Whoever rotates the successor again and again has many keys that wait for their end.
async function requireRoomForOverlap(tx: Tx, caller: Caller, deps: CredentialDeps): Promise<void> {
  const count = await countLiveKeys(tx, caller.organisationId, deps.clock.now())
  if (count < 2 * deps.keysPerOrganisationMax) return
  const detail = `Your organisation has ${count} keys with those that wait for their end: revoke some.`
  throw new DomainError('limit-reached', detail)
}

// A key that waits for its end after a rotation helps nobody for long.
function standingAdmins(tx: Tx, caller: Caller, at: Date): Promise<number> {
  return countStandingKeys(tx, caller.organisationId, { at, scope: 'admin' })
}

function conflict(detail: string): DomainError {
  return new DomainError('credential-conflict', detail)
}

const whyNotRotated = {
  absent: 'Your organisation has no such key.',
  ended: 'This key has ended: make a new one.',
  replaced: 'This key was rotated before: rotate the one that took its place.',
} as const
