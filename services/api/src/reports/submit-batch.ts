// Up to a hundred submissions in one request, one answer each: a fault in one does not touch the
// others. Items for the same report are stored in the order given.

import { setImmediate } from 'node:timers/promises'
import { continueTrace } from '@renkei/service-kit'
import type { FastifyRequest } from 'fastify'
import { weightOf } from '../limits/plugin.ts'
import { badParameter, DomainError } from '../problem/domain-error.ts'
import { problemBody, refusalHeaders, toDomainError } from '../problem/problem.ts'
import { faultBytesMax, faultsToldMax } from '../problem/told-faults.ts'
import { admit, queueUp } from './admission.ts'
import { fingerprint } from './idempotency-key.ts'
import { parseSubmission } from './parse-submission.ts'
import type { ReportDeps } from './routes.ts'
import type { Answer, Submission } from './submission.ts'

interface BatchItem {
  readonly report: unknown
  readonly idempotencyKey?: string
  readonly reportId?: string
  readonly ifMatch?: number
}

export interface ItemAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Submits every item and resolves to their answers in the same order. */
export async function submitBatch(
  request: FastifyRequest,
  deps: ReportDeps,
): Promise<{ items: ItemAnswer[] }> {
  refuseKeyOfWhole(request)
  const items = readItems(request.body, deps.batchItemsMax)
  const traceparent = continueTrace(request.headers['traceparent'])
  // What its bytes weighed was counted before they were read; what it has beyond that is counted here.
  const counted = weightOf(request, deps.reportBytesMax)
  const answers: Promise<ItemAnswer>[] = []
  const room = Math.max(faultBytesMax / items.length, itemFaultBytesMin)
  const refuse = (error: unknown) => refuseItem(error, request, { ...deps, room })
  for (const [index, item] of items.entries()) {
    try {
      // Others have their turn between two items, each of which may be all faults.
      await setImmediate()
      if (index >= counted) await countRead(request, deps)
      const submission = await toSubmission(readItem(item, index), index, request, deps)
      // In their order: an item may revise what the one before it did.
      const admitted = await admit({ ...submission, traceparent }, deps)
      answers.push(queueUp(admitted, deps).then(toItemAnswer, refuse))
    } catch (error) {
      answers.push(Promise.resolve(refuse(error)))
    }
  }
  return { items: await Promise.all(answers) }
}

/** Room for the faults of one item, however many items there are. */
const itemFaultBytesMin = 8_192

async function countRead(request: FastifyRequest, { limits }: ReportDeps): Promise<void> {
  const taken = await limits.readReports.take(request.caller.organisationId)
  if (!taken.ok) throw limits.readReports.refusal(taken)
}

// A key that would protect nothing must not look as if it did.
function refuseKeyOfWhole(request: FastifyRequest): void {
  if (request.headers['idempotency-key'] === undefined) return
  throw badParameter(
    'Idempotency-Key',
    'batch.item',
    'A batch has no Idempotency-Key of its own: give each item its idempotencyKey.',
  )
}

function readItems(body: unknown, itemsMax: number): unknown[] {
  const items = isObject(body) ? body['items'] : undefined
  if (!Array.isArray(items) || items.length === 0 || items.length > itemsMax) {
    const detail = `/items must be a list of 1 to ${itemsMax} submissions.`
    throw new DomainError('invalid-request', {
      detail,
      errors: [{ pointer: '/items', rule: 'batch.items', detail }],
    })
  }
  return items
}

const itemForm = {
  report: (value: unknown) => isObject(value),
  idempotencyKey: (value: unknown) =>
    typeof value === 'string' && /^[\x21\x23-\x7e]{1,255}$/.test(value),
  reportId: (value: unknown) => typeof value === 'string' && uuid.test(value),
  ifMatch: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
} as const

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function readItem(item: unknown, index: number): BatchItem {
  const members: Record<string, unknown> = isObject(item) ? item : {}
  const unknown = Object.keys(members).filter((name) => !Object.hasOwn(itemForm, name))
  const wrong = Object.entries(itemForm).filter(([name, isRight]) =>
    members[name] === undefined ? name === 'report' : !isRight(members[name]),
  )
  const both = (members['reportId'] === undefined) !== (members['ifMatch'] === undefined)
  const names = [...unknown, ...wrong.map(([name]) => name), ...(both ? ['ifMatch'] : [])]
  if (names.length === 0) return members as unknown as BatchItem
  const errors = names.slice(0, faultsToldMax).map((name) => ({
    pointer: `/items/${index}/${name}`,
    rule: 'batch.item',
    detail: `/items/${index}/${name} is not usable: an item has report and, if wanted, idempotencyKey, and for a revision both reportId and ifMatch.`,
  }))
  throw new DomainError('invalid-request', {
    detail: 'The item is not well formed; it was not stored.',
    errors,
  })
}

async function toSubmission(
  item: BatchItem,
  index: number,
  request: FastifyRequest,
  deps: ReportDeps,
): Promise<Omit<Submission, 'traceparent'>> {
  const { report, content } = await parseSubmission(item.report, request.caller, deps)
  const { idempotencyKey, reportId, ifMatch } = item
  const about = `POST /v1/reports/batch ${reportId ?? ''} ${ifMatch ?? ''}\n`
  return {
    caller: request.caller,
    requestId: `${request.id}-${index}`,
    report,
    content,
    ...(reportId && ifMatch && { revises: { reportId, ifMatch: String(ifMatch) } }),
    ...(idempotencyKey && {
      idempotency: { key: idempotencyKey, fingerprint: fingerprint(about, content, deps.vault) },
    }),
  }
}

function toItemAnswer({ status, headers, body }: Answer): ItemAnswer {
  return { status, headers, body: JSON.parse(body) }
}

function refuseItem(
  error: unknown,
  request: FastifyRequest,
  { publicUrl, room }: { readonly publicUrl: string; readonly room: number },
): ItemAnswer {
  const refusal = toDomainError(error)
  if (refusal.status >= 500) request.log.error({ err: error }, 'batch.item-failed')
  return {
    status: refusal.status,
    headers: refusalHeaders(refusal),
    body: problemBody(refusal, request.id, publicUrl, room),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
