// The HTTP side of acknowledgements (受領確認), below the report that they are about.

import { parseAcknowledgement } from '@renkei/schema'
import type { FastifyInstance } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import { invalidBody } from '../problem/domain-error.ts'
import { readIdempotency } from '../reports/idempotency-key.ts'
import { acknowledge } from './acknowledge.ts'
import type { AcknowledgementDeps } from './acknowledgement-deps.ts'
import { docs } from './acknowledgement-docs.ts'
import { listStandings, type StandingsQuery } from './list-standings.ts'

const ofReport = { objectType: 'report', param: 'reportId' } as const
const audits = {
  give: { action: 'acknowledgement.recorded', ...ofReport, by: 'transaction' },
  list: { action: 'acknowledgement.read', ...ofReport },
} as const satisfies Record<string, RouteAudit>

type ById = { Params: { reportId: string } }

/** Registers the two addresses. */
export function acknowledgementRoutes(
  app: FastifyInstance,
  deps: AcknowledgementDeps,
  done: () => void,
): void {
  const address = '/v1/reports/:reportId/acknowledgements'
  app.post<ById>(
    address,
    { config: { scope: 'acknowledgements:write', audit: audits.give }, schema: docs.give },
    async (request, reply) => {
      const parsed = parseAcknowledgement(request.body)
      if (!parsed.ok) throw invalidBody('invalid-acknowledgement', parsed.faults)
      const { acknowledgement, isNew, isReplayed, reporter } = await acknowledge(
        {
          caller: request.caller,
          requestId: request.id,
          via: 'api',
          reportId: request.params.reportId,
          said: parsed.request,
          once: readIdempotency(request, deps.vault),
        },
        deps,
      )
      if (isReplayed) void reply.header('idempotency-replayed', 'true')
      if (!isNew) {
        // Who repeats it is shown what was stored before.
        const fields = Object.keys(acknowledgement)
        const action = 'acknowledgement.answerRepeated'
        request.shown.push({ owner: reporter, objectId: request.params.reportId, action, fields })
      }
      return reply.code(isNew ? 201 : 200).send(acknowledgement)
    },
  )
  app.get<ById & { Querystring: StandingsQuery }>(
    address,
    { config: { scope: 'reports:read', audit: audits.list }, schema: docs.list },
    (request) => listStandings(request, deps),
  )
  done()
}
