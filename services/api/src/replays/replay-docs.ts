// What the OpenAPI document says of replays.

import { locationHeader } from '../docs/answer-headers.ts'
import {
  answer,
  limitSchema,
  pageOf,
  pathOf,
  problemResponse,
  queryOf,
  uuidSchema,
} from '../docs/parts.ts'
import { replayBody } from './replay-body.ts'

const tags = ['subscriptions']
const count = (description: string) => ({ type: 'integer', minimum: 0, description })
const instant = { type: 'string', format: 'date-time' } as const

const view = {
  type: 'object',
  required: ['replayId', 'subscriptionId', 'what', 'state', 'total', 'queued', 'remaining'],
  properties: {
    replayId: uuidSchema,
    subscriptionId: uuidSchema,
    what: { type: 'object', description: 'As it was asked for.' },
    perSecondMax: count('How many are sent a second at most.'),
    state: { type: 'string', enum: ['running', 'completed', 'cancelled'] },
    stateReason: { type: ['string', 'null'] },
    waitsFor: {
      type: ['string', 'null'],
      description: 'Of one that does not get on: why.',
    },
    createdAt: instant,
    endedAt: { ...instant, type: ['string', 'null'] },
    total: {
      ...count(
        'Deliveries that were meant when it began. Null where more had to be looked at for it than twice as many as a replay may send: then it is known at the end.',
      ),
      type: ['integer', 'null'],
    },
    queued: count('Moved to be sent so far: delivered, failed, waiting or removed.'),
    delivered: count('Of these, delivered.'),
    failed: count('Of these, ended without being delivered.'),
    waiting: count('Of these, still waiting.'),
    removed: count('Of these, taken out again when it was cancelled.'),
    skipped: count('Not sent again; `reasons` says why.'),
    remaining: {
      ...count('Still to be moved; null while `total` is.'),
      type: ['integer', 'null'],
    },
    reasons: {
      type: 'array',
      description: 'Why deliveries failed or were skipped, the most frequent first.',
      items: {
        type: 'object',
        properties: {
          what: { type: 'string', enum: ['failed', 'skipped'] },
          reason: { type: 'string' },
          count: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
}

const replay = answer('The replay, as far as it has come.', view)

export const docs = {
  start: {
    operationId: 'startReplay',
    summary: 'Send again what was owed',
    description:
      'Events go out again in the order of the feed, with the same `webhook-id` and as you may see them now, at a rate of their own and never ahead of what is new. A subscription has one replay at a time and must be active. What was delivered stays delivered, whatever the replay comes to. With mode `latest`, `failedSince` leaves out revisions that a newer one has overtaken.',
    tags,
    params: pathOf('subscriptionId'),
    body: replayBody,
    response: { 202: { ...replay, headers: locationHeader }, default: problemResponse },
  },
  list: {
    operationId: 'listReplays',
    summary: 'Replays of a subscription, newest first',
    description: 'With their progress, but without the reasons of what failed.',
    tags,
    params: pathOf('subscriptionId'),
    querystring: queryOf({ cursor: uuidSchema, limit: limitSchema(50, 200) }),
    response: {
      200: answer('Replays.', pageOf(view, 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
  read: {
    operationId: 'readReplay',
    summary: 'How far a replay has come',
    description: 'queued = delivered + failed + waiting + removed.',
    tags,
    params: pathOf('subscriptionId', 'replayId'),
    response: { 200: replay, default: problemResponse },
  },
  cancel: {
    operationId: 'cancelReplay',
    summary: 'Cancel a replay',
    description:
      'What waits for it is not sent, and stands as it stood before; what is being sent at this moment still arrives. One that is over stays as it is.',
    tags,
    params: pathOf('subscriptionId', 'replayId'),
    response: { 200: replay, default: problemResponse },
  },
} as const
