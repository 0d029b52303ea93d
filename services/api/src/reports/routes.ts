// The HTTP side of reports. Each handler reads the request, calls one verb and writes its answer.

import type { Db, Scope } from '@renkei/db'
import { continueTrace } from '@renkei/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { badParameter, DomainError } from '../problem/domain-error.ts'
import { admit } from './admission.ts'
import { batchDocs, createDocs, reviseDocs, validateDocs } from './route-docs.ts'
import type { Committer } from './committer.ts'
import { readIdempotency } from './idempotency-key.ts'
import { parseSubmission, type ParseDeps } from './parse-submission.ts'
import { readRoutes } from './read-routes.ts'
import { submitBatch } from './submit-batch.ts'
import type { Answer, Submission } from './submission.ts'
import { validateReport, type ValidateDeps } from './validate-report.ts'

export interface ReportDeps extends ParseDeps, ValidateDeps {
  readonly db: Db
  readonly committer: Committer
  readonly publicUrl: string
  readonly acceptQueueMax: number
  readonly batchItemsMax: number
}

const write = { scope: 'reports:write' as Scope }

/** Registers all addresses below /v1/reports. */
export function reportRoutes(app: FastifyInstance, deps: ReportDeps, done: () => void): void {
  // Room for white space; the limit of the contract is checked on the report itself.
  const bodyLimit = deps.reportBytesMax * 2
  app.post('/v1/reports', { config: write, bodyLimit, schema: createDocs }, (request, reply) =>
    accept(request, reply, deps),
  )
  app.post<{ Params: { reportId: string } }>(
    '/v1/reports/:reportId/revisions',
    { config: write, bodyLimit, schema: reviseDocs },
    (request, reply) =>
      accept(request, reply, deps, {
        reportId: request.params.reportId,
        expectedRevision: readIfMatch(request),
      }),
  )
  app.post(
    '/v1/reports/batch',
    { config: write, bodyLimit: deps.reportBytesMax * deps.batchItemsMax, schema: batchDocs },
    (request) => submitBatch(request, deps),
  )
  app.post(
    '/v1/reports/validate',
    { config: write, bodyLimit, schema: validateDocs },
    (request) => {
      const { report } = parseSubmission(request.body, request.caller, deps)
      return validateReport(report, deps)
    },
  )
  void app.register(readRoutes, deps)
  done()
}

async function accept(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ReportDeps,
  revises?: Submission['revises'],
) {
  const { report, content } = parseSubmission(request.body, request.caller, deps)
  admit(report, deps)
  const answer = await deps.committer.submit({
    caller: request.caller,
    requestId: request.id,
    traceparent: continueTrace(request.headers['traceparent']),
    report,
    content,
    revises,
    idempotency: readIdempotency(request),
  })
  return sendAnswer(reply, answer)
}

function sendAnswer(reply: FastifyReply, answer: Answer) {
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .type('application/json; charset=utf-8')
    .serializer(String)
    .send(answer.body)
}

/** Reads `If-Match: "<revision>"`; a weak tag or a list is refused, since exactly one revision is meant. */
function readIfMatch(request: FastifyRequest): number {
  const header = request.headers['if-match']
  if (header === undefined) {
    throw new DomainError(
      'precondition-required',
      'If-Match must name the revision that is replaced.',
    )
  }
  const revision = /^"?([1-9]\d{0,8})"?$/.exec(header)?.[1]
  if (!revision)
    throw badParameter('If-Match', 'form', 'If-Match must be one revision number in quotes.')
  return Number(revision)
}
