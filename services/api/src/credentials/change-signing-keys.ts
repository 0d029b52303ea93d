// Registering and revoking the public keys by which the caller's organisation signs.

import {
  appendAudit,
  countLiveSigningKeys,
  findSigningKey,
  insertSigningKey,
  listSigningKeysOf,
  revokeSigningKey,
  type Tx,
} from '@renkei/db'
import { type PublicKey, readPublicKey } from '@renkei/http-signature'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import type { Caller } from '../auth/auth.ts'
import { provePossession } from '../auth/signature.ts'
import { DomainError } from '../problem/domain-error.ts'
import { holdCredentials } from './change-keys.ts'
import { invalidCredential, readCredentialBody, type SigningKeyBody } from './credential-bodies.ts'
import type { CredentialDeps } from './credential-deps.ts'
import { viewSigningKey } from './credential-views.ts'
import { pageOf } from '../page.ts'

/** Registers a key that has signed this very request. Refuses one that was ever registered. */
export async function registerSigningKey(request: FastifyRequest, deps: CredentialDeps) {
  const at = deps.clock.now()
  const body = readCredentialBody('signingKey', request.body, at)
  const { keyId: signingKeyId, bytes: publicKey } = readKey(body)
  await provePossession(request, { keyId: signingKeyId, bytes: publicKey }, deps)
  const { organisationId } = request.caller
  const expiresAt = body.expiresAt ? new Date(body.expiresAt) : null
  const { label } = body
  const key = { signingKeyId, organisationId, label, publicKey, createdAt: at, expiresAt }
  await deps.db.transaction().execute(async (tx) => {
    await holdCredentials(tx, request.caller, at)
    const count = await countLiveSigningKeys(tx, organisationId, at)
    if (count >= deps.signingKeysPerOrganisationMax) {
      const detail = `Your organisation has ${count} live signing keys, as many as it may: revoke one.`
      throw new DomainError('limit-reached', detail)
    }
    if (!(await insertSigningKey(tx, key))) {
      throw new DomainError(
        'credential-conflict',
        'This key was registered before: make a new one.',
      )
    }
    await audit(tx, request, { at, action: 'signingKey.registered', objectId: signingKeyId })
  })
  return viewSigningKey({ ...key, revokedAt: null, lastUsedAt: null }, at)
}

/** Ends a signing key at once, also the last one: a key that has leaked must go. */
export async function endSigningKey(
  signingKeyId: string,
  request: FastifyRequest,
  deps: CredentialDeps,
): Promise<void> {
  const at = deps.clock.now()
  const { organisationId } = request.caller
  await deps.db.transaction().execute(async (tx) => {
    await holdCredentials(tx, request.caller, at)
    if (!(await revokeSigningKey(tx, { signingKeyId, organisationId }, at))) {
      throw new DomainError('not-found', 'Your organisation has no such live signing key.')
    }
    await audit(tx, request, { at, action: 'signingKey.revoked', objectId: signingKeyId })
  })
}

/** Finds a signing key of the caller's organisation, or throws `not-found`. */
export async function findOwnSigningKey(
  signingKeyId: string,
  { organisationId }: Caller,
  deps: CredentialDeps,
) {
  const key = await findSigningKey(deps.db, signingKeyId)
  if (key?.organisationId === organisationId) return viewSigningKey(key, deps.clock.now())
  throw new DomainError('not-found', 'Your organisation has no such signing key.')
}

/** Lists the signing keys of the caller's organisation, a page at a time. */
export async function listOwnSigningKeys(
  organisationId: string,
  query: { cursor?: string; limit: number },
  deps: CredentialDeps,
) {
  const page = { after: query.cursor ?? null, limit: query.limit + 1 }
  const rows = await listSigningKeysOf(deps.db, organisationId, page)
  const { items, ...next } = pageOf(rows, query.limit, ({ signingKeyId }) => signingKeyId)
  const now = deps.clock.now()
  return { items: items.map((key) => viewSigningKey(key, now)), ...next }
}

function readKey({ jwk, pem }: SigningKeyBody): PublicKey {
  const read = readPublicKey(jwk ?? pem)
  if (read.ok) return read
  const { rule, detail } = read
  throw invalidCredential([{ pointer: jwk ? '/jwk' : '/pem', rule, detail }])
}

async function audit(
  tx: Tx,
  request: FastifyRequest,
  entry: { at: Date; action: string; objectId: string },
): Promise<void> {
  const objectOwner = request.caller.organisationId
  await appendAudit(tx, { ...actorOf(request), ...entry, objectType: 'signingKey', objectOwner })
}
