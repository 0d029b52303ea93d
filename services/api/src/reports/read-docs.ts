// What the OpenAPI document says of the addresses that read reports.

import { etagHeader } from '../docs/answer-headers.ts'
import {
  answer,
  limitSchema,
  pageOf,
  pathOf,
  problemResponse,
  published,
  queryOf,
  revisionSchema,
  uuidSchema,
} from '../docs/parts.ts'

const tags = ['reports']
const view = published('report-view')

function one(description: string) {
  return { ...answer(description, view), headers: etagHeader }
}

function listed(definition: string, description: string) {
  return { type: 'array', maxItems: 50, items: published('report', definition), description }
}

export const listDocs = {
  operationId: 'listReports',
  summary: 'List reports, newest first',
  description:
    'Those of which your organisation may see the present revision, each as it may see it. A page may be short and still have a next one.',
  tags,
  querystring: queryOf({
    kind: listed('kind', 'Repeat for several.'),
    state: listed('state', 'Repeat for several.'),
    messageStatus: listed('messageStatus', 'Only `actual` unless given.'),
    minLevel: { type: 'integer', minimum: 0, maximum: 4 },
    service: listed('serviceCode', 'Services hit in any revision.'),
    prefecture: listed('prefectureCode', 'JIS X 0401; nation-wide reports always match.'),
    organisation: listed('organisationCode', 'Reporters.'),
    open: { type: 'boolean', description: 'Only open, or only ended, reports.' },
    cursor: { ...uuidSchema, description: '`next` of the page before.' },
    limit: limitSchema(50, 200),
  }),
  response: {
    200: answer(
      'Current revisions as your organisation may see them.',
      pageOf(view, 'Give as `cursor`.'),
    ),
    default: problemResponse,
  },
}

export const readDocs = {
  operationId: 'readReport',
  summary: 'Read the current revision',
  description:
    'Shows what your organisation may see of it, and its revision as ETag for the `If-Match` of the next one. A report that you may not see is not found.',
  tags,
  params: pathOf('reportId'),
  response: { 200: one('The report.'), default: problemResponse },
}

export const revisionsDocs = {
  operationId: 'listRevisions',
  summary: 'List the revisions of a report, oldest first',
  description:
    'Each as your organisation may see it today; those of which it may see nothing are left out.',
  tags,
  params: pathOf('reportId'),
  querystring: queryOf({
    after: { type: 'integer', minimum: 0, maximum: 2_147_483_647, default: 0 },
    limit: limitSchema(50, 200),
  }),
  response: {
    200: answer('Revisions.', pageOf(view, 'Give as `after`.')),
    default: problemResponse,
  },
}

const revisionPath = {
  type: 'object',
  required: ['reportId', 'revision'],
  properties: { reportId: uuidSchema, revision: revisionSchema },
} as const

export const revisionDocs = {
  operationId: 'readRevision',
  summary: 'Read one revision',
  tags,
  params: revisionPath,
  response: { 200: one('The revision.'), default: problemResponse },
}

export const differenceDocs = {
  operationId: 'readDifference',
  summary: 'What changed between two revisions',
  description:
    'Compares the two as your organisation may see them: a change of what is hidden from you is not told. Without `to` the current revision is meant.',
  tags,
  params: pathOf('reportId'),
  querystring: queryOf({ from: revisionSchema, to: revisionSchema }, ['from']),
  response: {
    200: answer('Changes by JSON Pointer; lists are compared by what their members are about.', {
      type: 'object',
      required: ['reportId', 'from', 'to', 'changes'],
      properties: {
        reportId: uuidSchema,
        from: revisionSchema,
        to: revisionSchema,
        changes: {
          type: 'array',
          items: {
            type: 'object',
            required: ['pointer', 'change'],
            properties: {
              pointer: { type: 'string' },
              change: { type: 'string', enum: ['added', 'removed', 'changed'] },
              from: {},
              to: {},
            },
          },
        },
      },
    }),
    default: problemResponse,
  },
}
