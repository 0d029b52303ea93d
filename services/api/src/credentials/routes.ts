// The HTTP side of an organisation's own credentials: API keys and signing keys.

import { listKeysOf } from '@renkei/db'
import type { FastifyInstance } from 'fastify'
import { addKey, endKey, findOwnKey, replaceKey } from './change-keys.ts'
import {
  endSigningKey,
  findOwnSigningKey,
  listOwnSigningKeys,
  registerSigningKey,
} from './change-signing-keys.ts'
import { audits } from './credential-audit.ts'
import type { CredentialDeps } from './credential-deps.ts'
import { docs } from './credential-docs.ts'
import { viewKey } from './credential-views.ts'
import { pageOf } from '../page.ts'

const scope = 'admin'

type ByKey = { Params: { keyId: string } }
type BySigningKey = { Params: { signingKeyId: string } }
type Page = { Querystring: { cursor?: string; limit: number } }

/** Registers all addresses below /v1/keys and /v1/signing-keys. */
export function credentialRoutes(
  app: FastifyInstance,
  deps: CredentialDeps,
  done: () => void,
): void {
  keyRoutes(app, deps)
  signingKeyRoutes(app, deps)
  done()
}

const routeOf = (name: keyof typeof docs) =>
  ({ config: { scope, audit: audits[name] }, schema: docs[name] }) as const

function keyRoutes(app: FastifyInstance, deps: CredentialDeps): void {
  const base = '/v1/keys'
  const one = `${base}/:keyId`
  app.post(base, routeOf('createKey'), async (request, reply) => {
    const made = await addKey(request, deps)
    return reply.code(201).header('location', `${base}/${made.keyId}`).send(made)
  })
  app.get<Page>(base, routeOf('listKeys'), ({ caller, query }) =>
    listOwnKeys(caller.organisationId, query, deps),
  )
  app.get<ByKey>(one, routeOf('readKey'), async ({ caller, params }) =>
    viewKey(await findOwnKey(deps.db, caller, params.keyId), deps.clock.now()),
  )
  app.post<ByKey>(`${one}/rotate`, routeOf('rotateKey'), async (request, reply) => {
    const made = await replaceKey(request.params.keyId, request, deps)
    return reply.code(201).header('location', `${base}/${made.keyId}`).send(made)
  })
  app.delete<ByKey>(one, routeOf('revokeKey'), async (request, reply) => {
    await endKey(request.params.keyId, request, deps)
    return reply.code(204).send()
  })
}

function signingKeyRoutes(app: FastifyInstance, deps: CredentialDeps): void {
  const base = '/v1/signing-keys'
  const one = `${base}/:signingKeyId`
  const { config, schema } = routeOf('registerSigningKey')
  const signed = { config: { ...config, bringsSigningKey: true }, schema }
  app.post(base, signed, async (request, reply) => {
    const key = await registerSigningKey(request, deps)
    return reply.code(201).header('location', `${base}/${key.signingKeyId}`).send(key)
  })
  app.get<Page>(base, routeOf('listSigningKeys'), ({ caller, query }) =>
    listOwnSigningKeys(caller.organisationId, query, deps),
  )
  app.get<BySigningKey>(one, routeOf('readSigningKey'), ({ caller, params }) =>
    findOwnSigningKey(params.signingKeyId, caller, deps),
  )
  app.delete<BySigningKey>(one, routeOf('revokeSigningKey'), async (request, reply) => {
    await endSigningKey(request.params.signingKeyId, request, deps)
    return reply.code(204).send()
  })
}

async function listOwnKeys(
  organisationId: string,
  query: { cursor?: string; limit: number },
  deps: CredentialDeps,
) {
  const page = { after: query.cursor ?? null, limit: query.limit + 1 }
  const rows = await listKeysOf(deps.db, organisationId, page)
  const { items, ...next } = pageOf(rows, query.limit, ({ keyId }) => keyId)
  const now = deps.clock.now()
  return { items: items.map((key) => viewKey(key, now)), ...next }
}
