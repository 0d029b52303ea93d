// Who calls: an organisation by its API key. Sets `request.caller` for everything registered below;
// public routes are registered beside it, not below it.

import { hash } from 'node:crypto'
import { findKeyHolder, type Db, type KeyHolder, type Scope } from '@renkei/db'
import type { Viewer } from '@renkei/schema'
import type { Clock } from '@renkei/service-kit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../problem/domain-error.ts'

export interface Caller extends Viewer {
  readonly keyId: string
  readonly scopes: ReadonlySet<string>
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** Asks again whether the key still holds: for connections that outlive their request. */
    keyStillHolds: () => Promise<boolean>
  }
  interface FastifyContextConfig {
    /** The scope that a route needs. */
    scope?: Scope
  }
}

export interface AuthDeps {
  readonly db: Db
  readonly clock: Clock
  /** How long a key that was looked up is believed: a revoked key works at most this much longer. */
  readonly keyCacheMs: number
  readonly keyCacheEntriesMax: number
}

/** Registers the check of key and scope before every route of its scope of the app. */
export const authPlugin = fp((app: FastifyInstance, deps: AuthDeps, done: () => void) => {
  const find = cachedFinder(deps)
  app.decorateRequest('caller')
  app.decorateRequest('keyStillHolds')
  app.addHook('onRequest', async (request) => {
    const apiKey = bearerOf(request)
    const findLive = async () => {
      const holder = apiKey === undefined ? undefined : await find(apiKey)
      return holder && !isExpired(holder, deps.clock) ? holder : undefined
    }
    const holder = await findLive()
    if (!holder) {
      throw new DomainError('unauthenticated', {
        detail: 'An API key is needed: Authorization: Bearer rk_…',
        headers: { 'www-authenticate': 'Bearer realm="renkei"' },
      })
    }
    request.caller = { ...holder, scopes: new Set(holder.scopes) }
    request.keyStillHolds = async () => (await findLive()) !== undefined
    requireScope(request)
  })
  done()
})

function requireScope(request: FastifyRequest): void {
  const scope = request.routeOptions.config.scope
  const { scopes } = request.caller
  if (scope === undefined || scopes.has(scope) || scopes.has('admin')) return
  throw new DomainError('forbidden', `This needs the scope ${scope}, which the key does not have.`)
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([A-Za-z0-9_-]{1,128})$/i.exec(request.headers.authorization ?? '')?.[1]
}

function isExpired(holder: KeyHolder, clock: Clock): boolean {
  return holder.expiresAt !== null && holder.expiresAt.getTime() <= clock.now().getTime()
}

// Only keys that exist are remembered, by hash, so a guesser cannot fill the cache.
function cachedFinder(deps: AuthDeps): (apiKey: string) => Promise<KeyHolder | undefined> {
  const cache = new Map<string, { holder: KeyHolder; until: number }>()
  return async (apiKey) => {
    const id = hash('sha256', apiKey, 'base64')
    const now = deps.clock.now().getTime()
    const cached = cache.get(id)
    if (cached && cached.until > now) return cached.holder
    cache.delete(id)
    const holder = await findKeyHolder(deps.db, apiKey)
    if (!holder) return undefined
    if (cache.size >= deps.keyCacheEntriesMax) cache.clear()
    cache.set(id, { holder, until: now + deps.keyCacheMs })
    return holder
  }
}
