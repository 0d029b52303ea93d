// Who calls: an organisation by its API key. Sets `request.caller` for everything registered below;
// public routes are registered beside it, not below it.

import { hash } from 'node:crypto'
import { claimedKeyId, type Scope } from '@renkei/db'
import type { Viewer } from '@renkei/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../problem/domain-error.ts'
import { type KeyFinderDeps, makeKeyFinder, type PresentedKey } from './find-key.ts'
import type { KeyUseRecorder } from './key-use.ts'
import { type Attempt, type LockoutSettings, makeLockout } from './lockout.ts'
import { lockedOut, unauthenticated } from './refusals.ts'
import { addressOf, sourceOf } from './source-address.ts'

export interface Caller extends Viewer {
  readonly keyId: string
  readonly scopes: ReadonlySet<string>
  /** From where it calls. */
  readonly address: string
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

export interface AuthDeps extends KeyFinderDeps {
  readonly lockout: LockoutSettings
  readonly keyUse: Pick<KeyUseRecorder, 'used'>
}

/** Registers the check of key and scope before every route of its scope of the app. */
export const authPlugin = fp((app: FastifyInstance, deps: AuthDeps, done: () => void) => {
  const findLive = makeKeyFinder(deps)
  const lockout = makeLockout(deps.lockout)
  app.decorateRequest('caller')
  app.decorateRequest('keyStillHolds')
  app.addHook('onRequest', async (request) => {
    const presented = presentedKey(request)
    if (!presented) throw unauthenticated('no key')
    const attempt = attemptOf(request, presented)
    const secondsLeft = await lockout.secondsLeft(attempt)
    if (secondsLeft > 0) throw lockedOut(secondsLeft)
    const holder = await findLive(presented)
    if (!holder) {
      lockout.ended(attempt)
      await lockout.failed(attempt)
      throw unauthenticated('no such live key')
    }
    lockout.succeeded(attempt)
    const address = addressOf(request)
    request.caller = { ...holder, address, scopes: new Set(holder.scopes) }
    request.keyStillHolds = async () => (await findLive(presented)) !== undefined
    deps.keyUse.used(holder.keyId, deps.clock.now(), address)
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

// What is presented at all is a try, also when it has not the form of a key.
function presentedKey(request: FastifyRequest): PresentedKey | undefined {
  const values = request.raw.headersDistinct['authorization'] ?? []
  if (values.length === 0) return undefined
  const [given = ''] = values
  const bearer = values.length === 1 ? /^Bearer +([A-Za-z0-9_-]{1,128})$/i.exec(given)?.[1] : ''
  return { apiKey: bearer ?? '', proof: hash('sha256', given, 'base64') }
}

function attemptOf(request: FastifyRequest, { apiKey, proof }: PresentedKey): Attempt {
  return { source: sourceOf(addressOf(request)), keyId: claimedKeyId(apiKey), proof }
}
