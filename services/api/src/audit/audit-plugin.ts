// Every access behind a key on record: what was shown before it leaves, what was refused with its
// reason. Registered before the check of keys, so that it also sees those who have none.

import { type Access, claimedKeyId, type Db, findKeyOwners } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf, sourceOf } from '../auth/source-address.ts'
import type { AccessRecorder } from './access-recorder.ts'
import { actorOf } from './actor.ts'
import { type Denial, makeDenialLog } from './denials.ts'
import { checkRouteAudit, type RouteAudit } from './route-audit.ts'
import { type Shown, toAccesses } from './shown.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the answer shows: handlers add to it, the audit trail names it. */
    shown: Shown[]
  }
}

export interface AuditDeps {
  readonly db: Db
  readonly clock: Clock
  readonly recorder: Pick<AccessRecorder, 'record'>
  readonly denialsPerMinuteMax: number
  /** Rows that the recorder lets wait. */
  readonly waitingRowsMax: number
}

const windowMs = 60_000

/** Registers the audit of every route of its scope of the app. */
export const auditPlugin = fp((app: FastifyInstance, deps: AuditDeps, done: () => void) => {
  const { clock, recorder } = deps
  const denials = makeDenialLog({
    record: async (accesses) => {
      const rows = await withOwners(deps.db, accesses)
      return Promise.allSettled(rows.map((row) => recorder.record([row])))
    },
    // Half of what may wait: the rest is for those who want to be shown something.
    sliceRowsMax: Math.max(1, Math.min(500, Math.floor(deps.waitingRowsMax / 2))),
    rowsMax: deps.denialsPerMinuteMax,
    rowsMaxOfAll: 2000,
    groupsMax: 1000,
  })
  const endWindow = () =>
    denials.endWindow().catch((error: unknown) => {
      app.log.warn({ err: error }, 'audit.denials-not-recorded')
    })
  const timer = setInterval(() => void endWindow(), windowMs)
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await endWindow()
  })
  app.addHook('onRoute', checkRouteAudit)
  app.decorateRequest('shown')
  app.decorateRequest('fieldsOfAnswer')
  app.addHook('onRequest', (request, _, next) => {
    request.shown = []
    next()
  })
  app.addHook('preSerialization', (request, _, payload, next) => {
    request.fieldsOfAnswer = fieldsOf(payload)
    next(null, payload)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const { audit } = request.routeOptions.config
    if (!audit) return payload
    if (deniedStatuses.has(reply.statusCode)) {
      await denials.denied(toDenial(audit, request, reply, clock.now())).catch((error: unknown) => {
        request.log.warn({ err: error }, 'audit.denial-not-recorded')
      })
    } else if (reply.statusCode < 400 && isToRecord(audit, request)) {
      await recordAnswer(audit, request, reply, deps)
    }
    return payload
  })
  done()
})

declare module 'fastify' {
  interface FastifyRequest {
    fieldsOfAnswer: readonly string[]
  }
}

const deniedStatuses = new Set([401, 403, 404, 429])

// A change that shows what was stored before, such as a repeated answer, is a look as well.
function isToRecord({ by = 'answer' }: RouteAudit, { shown }: FastifyRequest): boolean {
  return by === 'answer' || (by === 'transaction' && shown.length > 0)
}

async function recordAnswer(
  audit: RouteAudit,
  request: FastifyRequest,
  reply: FastifyReply,
  { clock, recorder }: AuditDeps,
): Promise<void> {
  const actor = actorOf(request)
  const at = clock.now()
  const accesses = toAccesses(audit, actor, at, request.shown)
  // A handler that names no object has shown its own, or that there is none.
  if (accesses.length === 0) {
    accesses.push({
      ...actor,
      at,
      action: audit.action,
      objectType: audit.objectType,
      objectIds: objectIdsOf(audit, request),
      objectOwner: audit.ownedBy === 'caller' ? actor.organisationId : null,
      detail: { fields: request.fieldsOfAnswer ?? [] },
    })
  }
  try {
    await recorder.record(accesses)
  } catch (error) {
    // The headers of the answer tell of the object, too.
    for (const name of Object.keys(reply.getHeaders())) {
      if (ofAnswer.has(name)) reply.removeHeader(name)
    }
    throw error
  }
}

const ofAnswer = new Set(['etag', 'location', 'last-modified', 'content-disposition'])

function toDenial(
  audit: RouteAudit,
  request: FastifyRequest,
  { statusCode: status }: FastifyReply,
  at: Date,
): Denial {
  const { refusal } = request
  const address = addressOf(request)
  const known = request.caller as FastifyRequest['caller'] | undefined
  const claimed = known ? undefined : claimedKeyId(bearerOf(request))
  return {
    at,
    organisationId: known?.organisationId ?? null,
    keyId: known?.keyId ?? null,
    requestId: request.id,
    address,
    action: 'access.denied',
    objectType: audit.objectType,
    objectIds: objectIdsOf(audit, request),
    detail: {
      attempted: audit.action,
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      status,
      reason: refusal?.slug ?? 'unknown',
      ...(refusal?.details.reason && { because: refusal.details.reason }),
      ...(claimed && { claimedKeyId: claimed }),
    },
    group: known ? `key ${known.keyId}` : `source ${sourceOf(address)}`,
  }
}

// An attempt with somebody's key stands in the trail of whose key it is.
async function withOwners(db: Db, accesses: readonly Access[]): Promise<Access[]> {
  const claimed = accesses.flatMap((access) => claimedOf(access) ?? [])
  const owners = await findKeyOwners(db, claimed)
  return accesses.map((access) => ({
    ...access,
    objectOwner: owners.get(claimedOf(access) ?? '') ?? null,
  }))
}

function claimedOf({ detail }: Access): string | undefined {
  const claimed = detail && 'claimedKeyId' in detail ? detail.claimedKeyId : undefined
  return typeof claimed === 'string' ? claimed : undefined
}

function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

// What a path names may be anything when it has not been checked; only identifiers are kept.
function objectIdsOf({ param }: RouteAudit, request: FastifyRequest): string[] {
  const id = param && (request.params as Record<string, unknown>)[param]
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? [id] : []
}

const itemsLookedAtMax = 50

function fieldsOf(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return []
  const { items } = payload as { items?: unknown }
  const shown = Array.isArray(items) ? items.slice(0, itemsLookedAtMax) : [payload]
  return [...new Set(shown.flatMap((item: object) => Object.keys(item)))]
}
