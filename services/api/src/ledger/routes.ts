// The ledger of an event, for the organisation whose report it is: who was owed it, who has it, and
// why somebody has not.

import { type Db, readEventOwner, readLedger, readLedgerLines } from '@renkei/db'
import type { FastifyInstance } from 'fastify'
import { answer, limitSchema, pathOf, problemResponse, queryOf, uuidSchema } from '../docs/parts.ts'
import { DomainError } from '../problem/domain-error.ts'
import { pageOf } from '../page.ts'

export function ledgerRoutes(
  app: FastifyInstance,
  deps: { readonly db: Db },
  done: () => void,
): void {
  app.get<{ Params: { eventId: string }; Querystring: { cursor?: string; limit: number } }>(
    '/v1/events/:eventId/ledger',
    { config: { scope: 'reports:read', audit: ledgerAudit }, schema: ledgerDocs },
    async ({ params, query, caller }) => {
      const owner = await readEventOwner(deps.db, params.eventId)
      const isOwn = owner === caller.organisationId
      const ledger = isOwn && (await readLedger(deps.db, params.eventId))
      if (!ledger)
        throw new DomainError('not-found', 'Your organisation has no event with this identifier.')
      const page = { after: query.cursor ?? null, limit: query.limit + 1 }
      const lines = await readLedgerLines(deps.db, ledger.seq, page)
      const { seq: _, ...counts } = ledger
      return { ...counts, ...pageOf(lines, query.limit, ({ subscriptionId }) => subscriptionId) }
    },
  )
  done()
}

const ledgerAudit = {
  action: 'ledger.read',
  objectType: 'event',
  param: 'eventId',
  ownedBy: 'caller',
} as const

const count = { type: 'integer', minimum: 0 } as const

const ledgerDocs = {
  operationId: 'readLedger',
  summary: 'The ledger of an event',
  description: 'owed = delivered + superseded + refused + dead + waiting, counted at one moment.',
  tags: ['ledger'],
  params: pathOf('eventId'),
  querystring: queryOf({ cursor: uuidSchema, limit: limitSchema(200, 1000) }),
  response: {
    200: answer('Counts, and a line for each delivery with its reason in words.', {
      type: 'object',
      required: ['eventId', 'expanded', 'owed', 'balances', 'items'],
      properties: {
        eventId: uuidSchema,
        expanded: { type: 'boolean', description: 'False while receivers are still being found.' },
        owed: count,
        delivered: count,
        superseded: count,
        refused: count,
        dead: count,
        waiting: count,
        balances: { type: 'boolean' },
        items: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              subscriptionId: uuidSchema,
              organisationId: { type: 'string' },
              channel: { type: 'string' },
              standing: {
                type: 'string',
                enum: ['waiting', 'delivered', 'superseded', 'refused', 'dead'],
              },
              attempts: count,
              reason: { type: 'string' },
              at: { type: ['string', 'null'], format: 'date-time' },
            },
          },
        },
        next: { type: 'string' },
      },
    }),
    default: problemResponse,
  },
}
