// What the OpenAPI document says of organisations.

import { etagHeader } from '../docs/answer-headers.ts'
import { answer, limitSchema, pageOf, problemResponse, published, queryOf } from '../docs/parts.ts'
import { ifMatchHeader, searchText } from './contact-docs.ts'

const tags = ['register']

const params = {
  type: 'object',
  properties: { organisationId: published('report', 'organisationCode') },
  required: ['organisationId'],
} as const

const organisation = {
  ...answer('The organisation.', published('organisation', 'organisation')),
  headers: etagHeader,
}

export const organisationDocs = {
  list: {
    operationId: 'listOrganisations',
    summary: 'Search organisations',
    description:
      'By part of an identifier or a name, by kind, or by a code such as an MCC-MNC or AS number. Media see themselves only.',
    tags,
    querystring: queryOf({
      q: { ...searchText(100), description: 'Part of an identifier or a name.' },
      kind: published('organisation', 'organisationKind'),
      code: { ...searchText(64), description: 'A code, as a whole.' },
      cursor: published('report', 'organisationCode'),
      limit: limitSchema(50, 200),
    }),
    response: {
      200: answer(
        'Organisations by identifier.',
        pageOf(published('organisation', 'organisation'), 'Give as `cursor`.'),
      ),
      default: problemResponse,
    },
  },
  read: {
    operationId: 'readOrganisation',
    summary: 'Read an organisation',
    tags,
    params,
    response: { 200: organisation, default: problemResponse },
  },
  patch: {
    operationId: 'changeOrganisation',
    summary: 'Change the entry of your organisation',
    description:
      'Name and codes. The kind decides what an organisation may see and is set by the operator.',
    tags,
    params,
    headers: ifMatchHeader,
    body: published('organisation', 'organisationPatch'),
    response: { 200: organisation, default: problemResponse },
  },
} as const
