// What the OpenAPI document says of contacts.

import { etagHeader, locationHeader } from '../docs/answer-headers.ts'
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

const tags = ['register']
const params = pathOf('contactId')

/** The header of a change; it is checked by the change itself, which says what is missing. */
export const ifMatchHeader = {
  type: 'object',
  properties: {
    'if-match': {
      type: 'string',
      description:
        'The ETag of what is changed, so that nobody overwrites what he has not seen; `*` for whatever is there.',
    },
  },
} as const

/** A text to search for: no control character, which no entry has and no database takes. */
export function searchText(maxLength: number) {
  return {
    type: 'string',
    minLength: 1,
    maxLength,
    pattern: String.raw`^[^\x00-\x1F\x7F]+$`,
  } as const
}

const contact = {
  ...answer('The contact.', published('contact', 'registeredContact')),
  headers: etagHeader,
}

const order = {
  ...answer('The order.', published('contact', 'contactOrder')),
  headers: etagHeader,
}

const planned = {
  row: {
    type: 'integer',
    description: 'In CSV the row of the sheet, the header being 1; in JSON the entry from 1.',
  },
  role: published('contact', 'registeredContactRole'),
  name: { type: 'string' },
} as const

const report = {
  type: 'object',
  required: ['dryRun', 'added', 'changed', 'removed', 'unchanged'],
  properties: {
    dryRun: { type: 'boolean', description: 'True when nothing was stored.' },
    added: { type: 'array', items: { type: 'object', properties: planned } },
    changed: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...planned,
          contactId: uuidSchema,
          parts: { type: 'array', items: { type: 'string' }, description: 'What changes.' },
        },
      },
    },
    removed: {
      type: 'array',
      items: {
        type: 'object',
        properties: { contactId: uuidSchema, role: planned.role, name: planned.name },
      },
    },
    unchanged: { type: 'integer' },
    unreadable: {
      type: 'array',
      items: uuidSchema,
      description:
        'Contacts that cannot be opened and stay as they are; absent when there is none.',
    },
  },
} as const

export const docs = {
  list: {
    operationId: 'listContacts',
    summary: 'Search contacts',
    description:
      'Contacts of every organisation that you may see, by organisation and in the order in which to call. Carriers, authorities and T-CEPTOAR see contacts up to TLP:GREEN; others, and narrower labels, need an agreement with the field set `contacts`. A page may be short and still have a next one. The state and age of the confirmation are always shown.',
    tags,
    querystring: queryOf({
      organisation: published('report', 'organisationCode'),
      role: published('contact', 'registeredContactRole'),
      state: published('contact', 'contactConfirmationState'),
      q: {
        ...searchText(100),
        description: 'Part of a name, a remark, a number (however it is spaced) or an address.',
      },
      cursor: { type: 'string', minLength: 1, maxLength: 200 },
      limit: limitSchema(50, 200),
    }),
    response: {
      200: answer(
        'Contacts.',
        pageOf(published('contact', 'registeredContact'), 'Give as `cursor`.'),
      ),
      default: problemResponse,
    },
  },
  create: {
    operationId: 'addContact',
    summary: 'Add a contact of your organisation',
    description: 'Who adds or replaces a contact confirms it.',
    tags,
    body: published('contact', 'contactRequest'),
    response: {
      201: { ...contact, headers: { ...etagHeader, ...locationHeader } },
      default: problemResponse,
    },
  },
  read: {
    operationId: 'readContact',
    summary: 'Read a contact',
    description:
      'One that you may not see is not found. The ETag is its revision, for the If-Match of a change.',
    tags,
    params,
    response: { 200: contact, default: problemResponse },
  },
  replace: {
    operationId: 'replaceContact',
    summary: 'Replace a contact of your organisation',
    tags,
    params,
    headers: ifMatchHeader,
    body: published('contact', 'contactRequest'),
    response: { 200: contact, default: problemResponse },
  },
  remove: {
    operationId: 'removeContact',
    summary: 'Remove a contact of your organisation',
    description:
      'For good; the others keep their places. Works for a contact that cannot be opened, too.',
    tags,
    params,
    headers: ifMatchHeader,
    response: { 204: { description: 'Removed.', type: 'null' }, default: problemResponse },
  },
  confirm: {
    operationId: 'confirmContact',
    summary: 'Confirm that a contact of your organisation is right',
    description:
      'With If-Match only if it is still what was read. Asked for every 90 days, and again 7 and 14 days later; after that the contact is shown as overdue to all who see it.',
    tags,
    params,
    headers: ifMatchHeader,
    response: {
      200: contact,
      204: {
        description: 'Confirmed, but what is stored cannot be opened: replace or remove it.',
        type: 'null',
        headers: etagHeader,
      },
      default: problemResponse,
    },
  },
  readOrder: {
    operationId: 'readContactOrder',
    summary: 'Read the order of your contacts',
    description:
      'Every contact of your organisation, the first to call first; those that cannot be opened are named in `unreadable`, too. The ETag is that of the whole register of your organisation.',
    tags,
    response: { 200: order, default: problemResponse },
  },
  reorder: {
    operationId: 'reorderContacts',
    summary: 'Put all of your contacts into a new order',
    description: 'The ETag is that of the whole register of your organisation.',
    tags,
    headers: ifMatchHeader,
    body: published('contact', 'contactOrder'),
    response: { 200: order, default: problemResponse },
  },
  export: {
    operationId: 'exportContacts',
    summary: 'Export contacts as a file',
    description:
      '`of=own` (with an ETag) can be imported again as it is. `of=all` is everything that you may see: keep a copy for the day on which nothing can be reached. CSV is UTF-8 with a byte order mark; a cell that a spreadsheet would compute has an apostrophe before it.',
    tags,
    querystring: queryOf({
      format: { type: 'string', enum: ['json', 'csv'], default: 'json' },
      of: { type: 'string', enum: ['own', 'all'], default: 'own' },
    }),
    response: {
      200: {
        description: 'The contacts.',
        content: {
          'application/json': { schema: published('contact', 'contactImport') },
          'text/csv': { schema: { type: 'string' } },
        },
        headers: {
          ETag: {
            description:
              'With `of=own`: the state of your register, for the If-Match of an import.',
            schema: { type: 'string' },
          },
        },
      },
      default: problemResponse,
    },
  },
  import: {
    operationId: 'importContacts',
    summary: 'Replace all contacts of your organisation by a file',
    description:
      'All or nothing: what is not in the file is removed, and each fault is told with row and field. A row replaces the contact with its `contactId`, or else with its role and name. A contact that cannot be opened stays as it is, unless a row has its `contactId` or `remove` names it. Needs If-Match with the ETag of an export, a dry run or the order, or `*`; a dry run does not.',
    tags,
    headers: ifMatchHeader,
    querystring: queryOf({
      dryRun: { type: 'boolean', default: false },
      remove: {
        type: 'array',
        items: uuidSchema,
        maxItems: 100,
        uniqueItems: true,
        description: 'Contacts out of `unreadable` that are to go.',
      },
    }),
    body: {
      content: {
        'application/json': { schema: published('contact', 'contactImport') },
        'text/csv': { schema: { type: 'string' } },
      },
    },
    response: {
      200: { ...answer('What is added, changed and removed.', report), headers: etagHeader },
      default: problemResponse,
    },
  },
} as const
