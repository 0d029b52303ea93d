// The HTTP side of agreements: each is seen by its two parties and by nobody else.

import { findAgreement, listAgreements, type Scope } from '@renkei/db'
import type { AgreementState } from '@renkei/schema'
import type { FastifyInstance } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import { audits, shownAgreement } from './agreement-audit.ts'
import type { AgreementDeps } from './agreement-deps.ts'
import { docs } from './agreement-docs.ts'
import { changeAgreement, noSuchAgreement } from './change-agreement.ts'
import type { MoveName } from './moves.ts'
import { propose } from './propose.ts'
import { pageOf } from '../page.ts'

const write = (audit: RouteAudit) => ({ scope: 'admin' as Scope, audit })
const read = (audit: RouteAudit) => ({ scope: 'reports:read' as Scope, audit })

interface ListQuery {
  state?: AgreementState[]
  counterpart?: string
  cursor?: string
  limit: number
}

type ById = { Params: { agreementId: string } }

/** Registers all addresses below /v1/agreements. */
export function agreementRoutes(app: FastifyInstance, deps: AgreementDeps, done: () => void): void {
  const base = '/v1/agreements'
  const one = `${base}/:agreementId`
  const { db, clock } = deps
  app.post(
    base,
    { config: write(audits.propose), schema: docs.propose },
    async (request, reply) => {
      const { agreement, isNew } = await propose(request, deps)
      void reply.header('location', `${base}/${agreement.agreementId}`)
      return reply.code(isNew ? 201 : 200).send(agreement)
    },
  )
  app.get<{ Querystring: ListQuery }>(
    base,
    { config: read(audits.list), schema: docs.list },
    async ({ caller, query, shown }) => {
      const reading = { party: caller.organisationId, at: clock.now() }
      const filter = { states: query.state, counterpart: query.counterpart }
      const page = { before: query.cursor, limit: query.limit + 1 }
      const found = await listAgreements(db, reading, filter, page)
      const answer = pageOf(found, query.limit, ({ agreementId }) => agreementId)
      shown.push(...answer.items.map(shownAgreement))
      return answer
    },
  )
  app.get<ById>(
    one,
    { config: read(audits.read), schema: docs.read },
    async ({ caller, params, shown }) => {
      const reading = { party: caller.organisationId, at: clock.now() }
      const agreement = await findAgreement(db, params.agreementId, reading)
      if (!agreement) throw noSuchAgreement()
      shown.push(shownAgreement(agreement))
      return agreement
    },
  )
  for (const name of ['accept', 'decline', 'withdraw', 'end'] as const satisfies MoveName[]) {
    app.post<ById>(
      `${one}/${name}`,
      { config: write(audits[name]), schema: docs[name] },
      (request) => changeAgreement(name, request, deps),
    )
  }
  done()
}
