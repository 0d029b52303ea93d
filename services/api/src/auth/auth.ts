// Who calls: an organisation by its API key, with its certificate and its signature where the key
// asks for them. Sets `request.caller` for everything registered below; public routes are registered
// beside it, not below it.

import { hash } from 'node:crypto'
import { claimedKeyId, type KeyHolder, type Scope } from '@renkei/db'
import type { Viewer } from '@renkei/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { ConnectionGuard } from '../limits/connection-guard.ts'
import { DomainError } from '../problem/domain-error.ts'
import { type KeyFinderDeps, makeKeyFinder, type PresentedKey } from './find-key.ts'
import type { KeyUseRecorder } from './key-use.ts'
import { type Attempt, type Lockout, type LockoutSettings, makeLockout } from './lockout.ts'
import { lockedOut, unauthenticated } from './refusals.ts'
import { isSigned, type SignatureDeps, verifyCaller, verifyCallerOfNewKey } from './signature.ts'
import { addressOf, sourceOf } from './source-address.ts'

export interface Caller extends Viewer {
  readonly keyId: string
  readonly scopes: ReadonlySet<string>
  /** From where it calls. */
  readonly address: string
  /** The signing key whose signature of this request was verified. */
  readonly signedBy?: string | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** Asks again whether the key holds, and for what it did: for what outlives its first look. */
    keyStillHolds: () => Promise<boolean>
  }
  interface FastifyContextConfig {
    /** The scope that a route needs. */
    scope?: Scope
    /** The body brings a signing key that signs the request itself. */
    bringsSigningKey?: boolean
  }
}

export interface AuthDeps extends KeyFinderDeps, SignatureDeps {
  readonly lockout: LockoutSettings
  readonly keyUse: Pick<KeyUseRecorder, 'used' | 'signed'>
  readonly certificateOf: (request: FastifyRequest) => string | undefined
  /** Hears on which connections a key has worked. */
  readonly connections: ConnectionGuard
}

/** Registers the check of key, certificate, signature and scope before every route of its scope. */
export const authPlugin = fp((app: FastifyInstance, deps: AuthDeps, done: () => void) => {
  const findLive = makeKeyFinder(deps)
  const lockout = makeLockout(deps.lockout)
  app.decorateRequest('caller')
  app.decorateRequest('keyStillHolds')
  app.addHook('onRequest', async (request, reply) => {
    const presented = presentedKey(request)
    if (!presented) throw unauthenticated('no key')
    const attempt = attemptOf(request, presented)
    const secondsLeft = await lockout.secondsLeft(attempt)
    if (secondsLeft > 0) throw lockedOut(secondsLeft)
    const holder = await findLive(presented)
    if (!holder) lockout.ended(attempt)
    await counted(lockout, attempt, () => requireCredentials(request, holder, deps))
    request.keyStillHolds = async () => isSame(holder, await findLive(presented))
    const signed = isSigned(request)
    if (!signed) admit(request, { attempt, lockout, deps })
    requireScope(request)
    if (!signed) return
    // What a signature covers is known when the body is here: before it is parsed.
    let verified: Promise<void> | undefined
    const verify = async () => {
      await counted(lockout, attempt, () => verifySignature(request, holder, deps))
      admit(request, { attempt, lockout, deps })
    }
    request.beforeParse = () => (verified ??= verify())
    // Who never lets its signature be looked at is counted like one whose signature is wrong.
    const abandoned = () => {
      if (!verified && !reply.sent) void lockout.failed(attempt)
    }
    if (request.raw.destroyed && !request.raw.complete) abandoned()
    else request.raw.once('aborted', abandoned)
  })
  // Requests without a body are not parsed.
  app.addHook('preValidation', async (request) => {
    if (!request.beforeParse) return
    await request.beforeParse()
    const wasParsed = request.body !== undefined && request.body !== null
    if (wasParsed && request.rawBody.length === 0) throw new Error('a parser hid its body')
  })
  done()
})

function requireCredentials(
  request: FastifyRequest,
  holder: KeyHolder | undefined,
  deps: AuthDeps,
): asserts holder is KeyHolder {
  if (!holder) throw unauthenticated('no such live key')
  request.caller = { ...holder, address: addressOf(request), scopes: new Set(holder.scopes) }
  const { certificateSha256, signatureRequired } = holder
  if (certificateSha256 !== null && deps.certificateOf(request) !== certificateSha256) {
    throw unauthenticated('the client certificate is missing or another')
  }
  if (signatureRequired && !isSigned(request)) throw unauthenticated('the signature is missing')
}

function isSame(before: KeyHolder | undefined, now: KeyHolder | undefined): boolean {
  if (!before || now?.organisationKind !== before.organisationKind) return false
  const scopesOf = ({ scopes }: KeyHolder) => [...scopes].sort().join(' ')
  return scopesOf(now) === scopesOf(before)
}

async function verifySignature(
  request: FastifyRequest,
  holder: KeyHolder | undefined,
  deps: AuthDeps,
): Promise<void> {
  const verify = request.routeOptions.config.bringsSigningKey ? verifyCallerOfNewKey : verifyCaller
  const signedBy = await verify(request, deps)
  if (holder?.signatureRequired && !signedBy) {
    throw unauthenticated('no registered key has signed')
  }
  request.caller = { ...request.caller, signedBy }
}

function admit(
  request: FastifyRequest,
  { attempt, lockout, deps }: { attempt: Attempt; lockout: Lockout; deps: AuthDeps },
): void {
  lockout.succeeded(attempt)
  deps.connections.worked(request.raw.socket)
  const { keyId, address, signedBy } = request.caller
  const now = deps.clock.now()
  deps.keyUse.used(keyId, now, address)
  if (signedBy) deps.keyUse.signed(signedBy, now)
}

// A refusal is one more failure; a fault of ours, such as a database that is away, is none.
async function counted<T>(lockout: Lockout, attempt: Attempt, check: () => T): Promise<Awaited<T>> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof DomainError) await lockout.failed(attempt)
    throw error
  }
}

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
