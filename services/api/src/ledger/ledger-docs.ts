// What the OpenAPI document says of ledgers.

import { answer, limitSchema, pathOf, problemResponse, queryOf, uuidSchema } from '../docs/parts.ts'

const count = { type: 'integer', minimum: 0 } as const
const instant = { type: 'string', format: 'date-time' } as const
const maybeInstant = { type: ['string', 'null'], format: 'date-time' } as const
const cursor = { type: 'string', pattern: '^[0-9]{1,16}$' } as const
const tags = ['ledger']

const counts = {
  delivered: count,
  superseded: count,
  refused: count,
  dead: count,
  waiting: count,
} as const

/** Where a delivery stands, as every list of deliveries shows it. */
export const standingProperties = {
  standing: {
    type: 'string',
    enum: ['waiting', 'delivered', 'superseded', 'refused', 'dead'],
    description:
      'delivered when it ever was; else waiting while it is to be sent; else what its last try came to.',
  },
  attempts: { ...count, description: 'In its last round.' },
  reason: { type: 'string', description: 'What the last try, or its end, came to.' },
  waitsFor: { type: ['string', 'null'], description: 'Of one that waits: what for, in words.' },
  at: { ...maybeInstant, description: 'When it ended, or is tried next; null while it is held.' },
  round: { ...count, description: '0 at first, one more with each replay.' },
  replayId: {
    ...uuidSchema,
    type: ['string', 'null'],
    description: 'Of a later round: its replay.',
  },
} as const

const equation = 'owed = delivered + superseded + refused + dead + waiting, counted at one moment.'

const next = { type: 'string', description: 'Give as `cursor`.' } as const

const sums = {
  expanded: { type: 'boolean', description: 'False while receivers are still being found.' },
  owed: count,
  ...counts,
  balances: { type: 'boolean' },
} as const

export const docs = {
  event: {
    operationId: 'readLedger',
    summary: 'The ledger of an event',
    description: `${equation} For the organisation whose report it is.`,
    tags,
    params: pathOf('eventId'),
    querystring: queryOf({ cursor: uuidSchema, limit: limitSchema(200, 1000) }),
    response: {
      200: answer('Counts, and a line for each delivery with its reason in words.', {
        type: 'object',
        required: ['eventId', 'expanded', 'owed', 'balances', 'items'],
        properties: {
          eventId: uuidSchema,
          ...sums,
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                subscriptionId: uuidSchema,
                organisationId: { type: 'string' },
                channel: { type: 'string' },
                ...standingProperties,
              },
            },
          },
          next,
        },
      }),
      default: problemResponse,
    },
  },
  report: {
    operationId: 'readReportLedger',
    summary: 'The ledger of a report',
    description: `The sums of all its events: ${equation} With \`by=event\` a line for each revision, with \`by=recipient\` one for each organisation and channel. For the organisation whose report it is.`,
    tags,
    params: pathOf('reportId'),
    querystring: queryOf({
      by: { type: 'string', enum: ['event', 'recipient'], default: 'event' },
      cursor: { type: 'string', minLength: 1, maxLength: 200 },
      limit: limitSchema(100, 500),
    }),
    response: {
      200: answer('Sums, and a line for each event or recipient.', {
        type: 'object',
        required: ['reportId', 'expanded', 'owed', 'balances', 'items'],
        properties: {
          reportId: uuidSchema,
          ...sums,
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                eventId: uuidSchema,
                revision: { type: 'integer' },
                expanded: { type: 'boolean' },
                organisationId: { type: 'string' },
                channel: { type: 'string' },
                deliveredRevision: {
                  type: ['integer', 'null'],
                  description: 'The highest revision that the recipient has.',
                },
                lastDeliveredAt: maybeInstant,
                owed: count,
                ...counts,
              },
            },
          },
          next,
        },
      }),
      default: problemResponse,
    },
  },
  subscription: {
    operationId: 'readSubscriptionLedger',
    summary: 'The ledger of a subscription',
    description:
      'What became of what it was owed: in the last seven days unless a range is given, by time of recording or by cursors of the feed. And, whatever the range, what waits now and how the endpoint is.',
    tags,
    params: pathOf('subscriptionId'),
    querystring: queryOf({
      from: instant,
      until: instant,
      afterCursor: cursor,
      untilCursor: cursor,
    }),
    response: {
      200: answer('Counts by standing, what waits, and the health of the endpoint.', {
        type: 'object',
        required: ['subscriptionId', 'state', 'owed', 'backlog', 'endpoint'],
        properties: {
          subscriptionId: uuidSchema,
          state: { type: 'string', description: 'Of the subscription.' },
          from: { ...instant, description: 'Where the counts begin, when not at a cursor.' },
          owed: count,
          ...counts,
          backlog: {
            type: 'array',
            description: 'What waits now, by level.',
            items: {
              type: 'object',
              properties: {
                level: { type: 'integer', minimum: 0, maximum: 4 },
                waiting: count,
                held: { ...count, description: 'Of these, held until pause or failure is over.' },
              },
            },
          },
          oldestWaiting: {
            type: ['object', 'null'],
            properties: { eventId: uuidSchema, recordedAt: instant },
          },
          endpoint: {
            type: 'object',
            required: ['state'],
            properties: {
              state: {
                type: 'string',
                enum: ['closed', 'open', 'halfOpen'],
                description:
                  'closed: it is sent everything; open: it is failing and left alone until `nextTryAt`; halfOpen: one delivery finds out.',
              },
              failingSince: maybeInstant,
              consecutiveFailures: count,
              nextTryAt: maybeInstant,
              askedUntil: { ...maybeInstant, description: 'Retry-After of the endpoint.' },
              switchedOffAt: {
                ...maybeInstant,
                description: 'Since when levels 0 to 2 are no longer tried.',
              },
              lastStatus: { type: ['integer', 'null'] },
              lastReason: { type: ['string', 'null'] },
            },
          },
        },
      }),
      default: problemResponse,
    },
  },
} as const
