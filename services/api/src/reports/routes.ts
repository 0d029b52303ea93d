// The HTTP side of reports. Each handler reads the request, calls one verb and writes its answer.

import type { Db, Scope, SharingBook } from '@renkei/db'
import { continueTrace } from '@renkei/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Limits } from '../limits/limits.ts'
import type { RouteAudit } from '../audit/route-audit.ts'
import { requireIfMatch } from '../if-match.ts'
import type { AcceptTimes, AcceptTraces } from './accept-traces.ts'
import { admit, type AdmissionDeps, queueUp } from './admission.ts'
import { batchDocs, createDocs, reviseDocs, validateDocs } from './route-docs.ts'
import { readIdempotency } from './idempotency-key.ts'
import { parseSubmission, type ParseDeps } from './parse-submission.ts'
import { readRoutes } from './read-routes.ts'
import type { SightDeps } from './report-sight.ts'
import { type ItemAnswer, submitBatch } from './submit-batch.ts'
import type { Answer, Submission } from './submission.ts'
import { validateReport, type ValidateDeps } from './validate-report.ts'

export interface ReportDeps
  extends ParseDeps, ValidateDeps, SightDeps, Omit<AdmissionDeps, 'limits'> {
  readonly db: Db
  readonly limits: Limits
  readonly sharing: SharingBook
  readonly publicUrl: string
  readonly traces?: AcceptTraces | undefined
  readonly batchItemsMax: number
}

const write = { scope: 'reports:write' as Scope }
const store = { ...write, limit: 'reports' } as const

// What is stored is recorded with it.
const ofReport = { objectType: 'report', by: 'transaction' } as const
const audits = {
  create: { action: 'report.created', ...ofReport },
  revise: { action: 'report.revised', ...ofReport, param: 'reportId' },
  batch: { action: 'report.created', ...ofReport },
  // The agreements that it shows are stored ones.
  validate: { action: 'report.validated', objectType: 'report', ownedBy: 'caller' },
} as const satisfies Record<string, RouteAudit>

/** Registers all addresses below /v1/reports. */
export function reportRoutes(app: FastifyInstance, deps: ReportDeps, done: () => void): void {
  // Room for white space; the limit of the contract is checked on the report itself.
  const bodyLimit = deps.reportBytesMax * 2
  app.post(
    '/v1/reports',
    { config: { ...store, audit: audits.create }, bodyLimit, schema: createDocs },
    (request, reply) => traced(request, reply, deps),
  )
  app.post<{ Params: { reportId: string } }>(
    '/v1/reports/:reportId/revisions',
    { config: { ...store, audit: audits.revise }, bodyLimit, schema: reviseDocs },
    (request, reply) =>
      traced(request, reply, deps, {
        reportId: request.params.reportId,
        ifMatch: requireIfMatch(request),
      }),
  )
  app.post(
    '/v1/reports/batch',
    {
      config: { ...store, audit: audits.batch },
      bodyLimit: deps.reportBytesMax * deps.batchItemsMax,
      schema: batchDocs,
    },
    async (request) => {
      const { items } = await submitBatch(request, deps)
      for (const item of items.filter(isRepeated)) showRepeated(request, item)
      return { items }
    },
  )
  app.post(
    '/v1/reports/validate',
    { config: { ...write, audit: audits.validate }, bodyLimit, schema: validateDocs },
    async (request) => {
      const { caller, shown } = request
      const { report } = await parseSubmission(request.body, caller, deps)
      const assessed = await validateReport(report, caller, deps)
      for (const { agreementId: objectId, ...partner } of assessed.partners ?? []) {
        if (objectId === undefined) continue
        const fields = ['agreementId', ...Object.keys(partner)]
        // In the caller's own trail: a partner is not told what is only being checked.
        shown.push({ owner: caller.organisationId, objectType: 'agreement', objectId, fields })
      }
      return assessed
    },
  )
  void app.register(readRoutes, deps)
  done()
}

async function traced(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ReportDeps,
  revises?: Submission['revises'],
) {
  const times = deps.traces?.begin(request.id, reply.elapsedTime)
  if (!times) return accept(request, reply, deps, { revises })
  try {
    return await accept(request, reply, deps, { revises, times })
  } finally {
    deps.traces?.end(request.id)
  }
}

interface Acceptance {
  readonly revises: Submission['revises']
  readonly times?: AcceptTimes
}

async function accept(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ReportDeps,
  { revises, times }: Acceptance,
) {
  const { report, content } = await parseSubmission(request.body, request.caller, deps)
  times?.validated()
  const { headers, ...admitted } = await admit(
    {
      caller: request.caller,
      requestId: request.id,
      traceparent: continueTrace(request.headers['traceparent']),
      report,
      content,
      revises,
      idempotency: readIdempotency(request, deps.vault),
    },
    deps,
  )
  times?.classified()
  const answer = await queueUp(admitted, deps)
  if (isRepeated(answer)) showRepeated(request, { ...answer, body: JSON.parse(answer.body) })
  return sendAnswer(reply.headers(headers), answer)
}

function isRepeated({ headers }: Pick<ItemAnswer, 'headers'>): boolean {
  return headers?.['idempotency-replayed'] !== undefined
}

// Who repeats a request is shown what the first one has stored.
function showRepeated(
  { caller, shown }: Pick<FastifyRequest, 'caller' | 'shown'>,
  { body }: Pick<ItemAnswer, 'body'>,
): void {
  const { reportId } = body as { reportId: string }
  const fields = Object.keys(body as object)
  const action = 'report.answerRepeated'
  shown.push({ owner: caller.organisationId, objectId: reportId, action, fields })
}

function sendAnswer(reply: FastifyReply, answer: Answer) {
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .type('application/json; charset=utf-8')
    .serializer(String)
    .send(answer.body)
}
