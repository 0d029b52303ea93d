// What the OpenAPI document says of the audit trail.

import { answer, limitSchema, pageOf, problemResponse, queryOf } from '../docs/parts.ts'
import { cursorPattern } from './audit-view.ts'

const tags = ['audit']
const text = { type: 'string' } as const
const instant = { type: 'string', format: 'date-time' } as const

const filters = {
  object: {
    type: 'string',
    pattern: '^[\\w.:-]{1,100}$',
    description: 'Only entries that name this object, such as a report.',
  },
  action: {
    type: 'string',
    pattern: '^[A-Za-z.]{1,100}$',
    description: 'Only this action, such as `report.read` or `feed.read`.',
  },
  from: { ...instant, description: 'From this instant on.' },
  to: { ...instant, description: 'Before this instant.' },
  cursor: { type: 'string', pattern: cursorPattern, description: '`next` of the page before.' },
}

const entry = {
  type: 'object',
  required: ['auditId', 'at', 'action', 'objectType', 'objects'],
  properties: {
    auditId: { ...text, description: 'Chain and number: `read-17`.' },
    at: instant,
    organisation: {
      ...text,
      description:
        'Who did it; absent where an operator of Renkei did, at the command line, or where nobody proved who he is.',
    },
    action: text,
    objectType: text,
    objects: { type: 'array', items: text },
    owner: { ...text, description: 'The organisation whose objects these are.' },
    fields: { type: 'array', items: text, description: 'The top-level names of what was shown.' },
    audience: { ...text, description: 'As which audience it was seen.' },
    agreement: { ...text, description: 'The agreement that widened what was seen.' },
    revision: { type: 'integer' },
    keyId: {
      ...text,
      description:
        'Of your own keys only, as are the next three; the last three also of attempts with a key of yours that failed.',
    },
    address: text,
    requestId: text,
    more: {
      type: 'object',
      description: 'Of a refused attempt: `attempted`, `route`, `status`, `reason`, `count`.',
    },
  },
}

const about =
  'Entries on objects of your organisation, by whomever, and on what was done with its keys, newest first. What was sent by webhook is no entry.'

const receiver = {
  type: 'object',
  required: ['organisation', 'channel', 'revisions', 'firstAt', 'lastAt', 'deliveries'],
  properties: {
    organisation: text,
    channel: { ...text, description: 'How it was sent: `webhook`.' },
    revisions: { type: 'integer', description: 'The highest revision that was delivered.' },
    firstAt: { ...instant, description: 'When the first delivery was taken.' },
    lastAt: instant,
    deliveries: { type: 'integer', description: 'How many were taken.' },
  },
}

const entries = pageOf(entry, 'Give as `cursor`.')
const page = {
  ...entries,
  properties: {
    ...entries.properties,
    receivers: {
      type: 'array',
      maxItems: 1000,
      items: receiver,
      description:
        'On the first page, when `object` is a report of your own: to whom it was delivered. The ledger of each event has every single delivery.',
    },
  },
}

export const auditDocs = {
  operationId: 'readAudit',
  summary: 'Who has seen my report? The audit trail of your objects and keys',
  description: `${about} With \`object\`, \`receivers\` has it.`,
  tags,
  querystring: queryOf({ ...filters, limit: limitSchema(50, 500) }),
  response: {
    200: answer('Entries.', page),
    default: problemResponse,
  },
}

export const exportDocs = {
  operationId: 'exportAudit',
  summary: 'The same as a file: one JSON document a line',
  description: `${about} After a million lines the last one says with \`next\` where to go on.`,
  tags,
  querystring: queryOf(filters),
  response: {
    200: {
      description: 'Entries, one a line.',
      content: { 'application/x-ndjson': { schema: entry } },
    },
    default: problemResponse,
  },
}
