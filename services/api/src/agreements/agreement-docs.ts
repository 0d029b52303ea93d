// What the OpenAPI document says of agreements.

import { locationHeader } from '../docs/answer-headers.ts'
import {
  answer,
  limitSchema,
  pageOf,
  pathOf,
  problemResponse,
  published,
  queryOf,
  uuidSchema,
} from '../docs/parts.ts'

const tags = ['agreements']
const params = pathOf('agreementId')
const agreement = answer('The agreement.', published('agreement'))
const response = { 200: agreement, default: problemResponse }
const said = 'Said again, it changes nothing and answers the same. Both parties get a notice.'

export const docs = {
  propose: {
    operationId: 'proposeAgreement',
    summary: 'Propose an agreement',
    description:
      'Terms on which reports flow beyond the default. Nothing flows before the counterpart accepts; a proposal lapses after 30 days, unless the operator sets it otherwise, and at `validUntil`. The same proposal again, while it is open, stores nothing and is answered with the first.',
    tags,
    body: published('agreement', 'agreementProposal'),
    response: {
      200: {
        ...answer('The same proposal, which was open before.', published('agreement')),
        headers: locationHeader,
      },
      201: {
        ...answer('The proposal, stored.', published('agreement')),
        headers: locationHeader,
      },
      default: problemResponse,
    },
  },
  list: {
    operationId: 'listAgreements',
    summary: 'List your agreements, newest first',
    description:
      'Those that your organisation has proposed and those that were proposed to it, whatever became of them.',
    tags,
    querystring: queryOf({
      state: { type: 'array', items: published('agreement', 'agreementState') },
      counterpart: { ...published('report', 'organisationCode'), description: 'The other party.' },
      cursor: uuidSchema,
      limit: limitSchema(50, 200),
    }),
    response: {
      200: answer('Agreements.', pageOf(published('agreement'), 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
  read: {
    operationId: 'readAgreement',
    summary: 'Read an agreement',
    description: 'Its two parties may; to all others it is not there.',
    tags,
    params,
    response,
  },
  accept: {
    operationId: 'acceptAgreement',
    summary: 'Accept a proposal',
    description: `The counterpart may, before \`validUntil\`. What the two have agreed before for the same time ends when this begins: terms never stack, and a renewal leaves no gap. ${said}`,
    tags,
    params,
    response,
  },
  decline: {
    operationId: 'declineAgreement',
    summary: 'Decline a proposal',
    description: `The counterpart may. ${said}`,
    tags,
    params,
    response,
  },
  withdraw: {
    operationId: 'withdrawAgreement',
    summary: 'Take a proposal back',
    description: `The proposer may, until it is accepted. ${said}`,
    tags,
    params,
    response,
  },
  end: {
    operationId: 'endAgreement',
    summary: 'End an agreement at once',
    description: `Either party may, with a reason. The default holds again, for old events too. ${said}`,
    tags,
    params,
    body: published('agreement', 'agreementEnding'),
    response,
  },
} as const
