// What the OpenAPI document says of the addresses that store reports.

import { etagHeader, locationHeader, replayedHeader } from '../docs/answer-headers.ts'
import { assessment } from '../docs/assessment.ts'
import {
  answer,
  idempotencyHeader,
  pathOf,
  problemResponse,
  published,
  uuidSchema,
} from '../docs/parts.ts'

const tags = ['reports']

const accepted = {
  type: 'object',
  required: ['reportId', 'revision', 'recordedAt', 'eventId', 'level', 'links'],
  properties: {
    reportId: uuidSchema,
    revision: { type: 'integer', minimum: 1 },
    recordedAt: { type: 'string', format: 'date-time' },
    eventId: uuidSchema,
    ...assessment,
    links: { type: 'object', additionalProperties: { type: 'string' } },
  },
}

const headers = { type: 'object', properties: idempotencyHeader } as const
const stored = { ...etagHeader, ...locationHeader, ...replayedHeader }

export const createDocs = {
  operationId: 'createReport',
  summary: 'Post a report',
  description:
    'Stores the first revision. 201 follows a durable commit; peers are told at once. At stage flash little is needed: post what is known.',
  tags,
  headers,
  body: published('report'),
  response: {
    201: { ...answer('Stored; the level is computed.', accepted), headers: stored },
    default: problemResponse,
  },
}

export const reviseDocs = {
  operationId: 'reviseReport',
  summary: 'Post the next revision (第N報)',
  description:
    'Replaces the whole content. `If-Match` names the revision that is replaced; when somebody else was faster, 412 names the current one.',
  tags,
  params: pathOf('reportId'),
  headers: {
    type: 'object',
    properties: {
      ...idempotencyHeader,
      'if-match': {
        type: 'string',
        description: 'The revision that is replaced, as in ETag: "3"; `*` for whatever is there.',
      },
    },
  },
  body: published('report'),
  response: {
    200: { ...answer('Stored.', accepted), headers: stored },
    default: problemResponse,
  },
}

export const batchDocs = {
  operationId: 'submitBatch',
  summary: 'Post up to 100 reports or revisions',
  description:
    'Each item is stored or refused by itself and has an answer of its own, in the same order.',
  tags,
  body: {
    type: 'object',
    required: ['items'],
    properties: {
      items: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: {
          type: 'object',
          required: ['report'],
          additionalProperties: false,
          properties: {
            report: published('report'),
            idempotencyKey: { type: 'string', minLength: 1, maxLength: 255 },
            reportId: { ...uuidSchema, description: 'For a revision: the report.' },
            ifMatch: {
              type: 'integer',
              minimum: 1,
              description: 'For a revision: the one replaced.',
            },
          },
        },
      },
    },
  },
  response: {
    200: answer('One answer an item.', {
      type: 'object',
      required: ['items'],
      properties: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            required: ['status', 'body'],
            properties: {
              status: { type: 'integer' },
              headers: { type: 'object', additionalProperties: { type: 'string' } },
              body: { type: 'object' },
            },
          },
        },
      },
    }),
    default: problemResponse,
  },
}

export const validateDocs = {
  operationId: 'validateReport',
  summary: 'Check a report without storing it',
  description:
    'The level that it would get and why, the deadlines, and exactly what every audience would read and be sent; with `reports:read`, every organisation with an agreement, too.',
  tags,
  body: published('report'),
  response: {
    200: answer('The report is valid.', {
      type: 'object',
      required: ['valid', 'level', 'views'],
      properties: {
        valid: { type: 'boolean' },
        ...assessment,
        views: {
          type: 'object',
          description: 'What each audience reads, signed in; null where it would see nothing.',
        },
        pushed: {
          type: 'object',
          description:
            'What each audience is sent; `notice` where it is only told that there is something to read.',
        },
        partners: {
          type: 'array',
          description:
            'The same for each organisation with an agreement in force, or concerned by a leak; only for keys with `reports:read`.',
          items: {
            type: 'object',
            properties: {
              organisation: { type: 'string' },
              audience: { type: 'string' },
              agreementId: { type: 'string' },
              ifRegistered: {
                type: 'boolean',
                description:
                  'Present where the register shows you no such organisation: what a carrier would get that is registered by this code.',
              },
              read: { type: ['object', 'null'], additionalProperties: true },
              push: { type: ['object', 'string', 'null'], additionalProperties: true },
            },
          },
        },
      },
    }),
    default: problemResponse,
  },
}
