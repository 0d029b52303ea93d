// What the OpenAPI document says of acknowledgements.

import { replayedHeader } from '../docs/answer-headers.ts'
import {
  answer,
  idempotencyHeader,
  limitSchema,
  pageOf,
  pathOf,
  problemResponse,
  published,
  queryOf,
  revisionSchema,
} from '../docs/parts.ts'

const tags = ['acknowledgements']
const params = pathOf('reportId')
const given = published('acknowledgement')
const code = published('report', 'organisationCode')

export const docs = {
  give: {
    operationId: 'acknowledgeReport',
    summary: 'Acknowledge a revision (受領確認)',
    description:
      'That a person of your organisation has seen it, or what it means for you; or, from a system that polls, that it was received (`delivered`), which is no answer of a person. The reporter is told; nobody else is. What says as much as was said before changes nothing and is answered with what stands; a higher kind is added; an answer is corrected by another one, and the first stays on record.',
    tags,
    params,
    headers: { type: 'object', properties: idempotencyHeader },
    body: published('acknowledgement', 'acknowledgementRequest'),
    response: {
      200: {
        ...answer('As much was said before: what stands.', given),
        headers: replayedHeader,
      },
      201: answer('It is recorded.', given),
      default: problemResponse,
    },
  },
  list: {
    operationId: 'listAcknowledgements',
    summary: 'Who has received, seen and assessed a report',
    description:
      'To its reporter: every organisation that is owed it, by identifier, with deadline and escalation step, and whom to call where an answer is overdue, as far as the register lets you see it. To everybody else: its own standing and no other. Without `revision` the newest word of each kind counts.',
    tags,
    params,
    querystring: queryOf({
      revision: { ...revisionSchema, description: 'Only words on, and receipts of, this one.' },
      cursor: { ...code, description: '`next` of the page before.' },
      limit: limitSchema(50, 200),
    }),
    response: {
      200: answer(
        'Standings.',
        pageOf(published('acknowledgement', 'acknowledgementStanding'), 'Give as `cursor`.'),
      ),
      default: problemResponse,
    },
  },
} as const
