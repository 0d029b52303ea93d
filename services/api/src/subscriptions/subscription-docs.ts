// What the OpenAPI document says of subscriptions.

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

const tags = ['subscriptions']
const params = pathOf('subscriptionId')
const subscription = answer('The subscription.', published('subscription'))

const attempt = {
  type: 'object',
  properties: {
    attempt: { type: 'integer' },
    startedAt: { type: 'string', format: 'date-time' },
    durationMs: { type: 'integer' },
    result: { type: 'string', enum: ['delivered', 'retry', 'refused'] },
    status: { type: ['integer', 'null'] },
    reason: { type: 'string' },
  },
}

const standing = { type: 'string', enum: ['waiting', 'delivered', 'superseded', 'refused', 'dead'] }

const delivery = {
  type: 'object',
  properties: {
    eventId: uuidSchema,
    feedcursor: { type: 'string' },
    reportId: uuidSchema,
    revision: { type: 'integer' },
    standing,
    attempts: { type: 'integer' },
    reason: { type: 'string' },
    at: { type: ['string', 'null'], description: 'When it ended, or is due next.' },
  },
}

export const docs = {
  create: {
    operationId: 'createSubscription',
    summary: 'Subscribe an endpoint',
    description:
      'The endpoint is challenged at once: it gets a `jp.renkei.subscription.verification.v1` event and must answer 200 with `{"challenge": "<data.challenge>"}`. The signing secret is shown in this answer only.',
    tags,
    body: published('subscription', 'subscriptionRequest'),
    response: { 201: { ...subscription, headers: locationHeader }, default: problemResponse },
  },
  list: {
    operationId: 'listSubscriptions',
    summary: 'List your subscriptions',
    tags,
    querystring: queryOf({ cursor: uuidSchema, limit: limitSchema(50, 200) }),
    response: {
      200: answer('Subscriptions.', pageOf(published('subscription'), 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
  read: {
    operationId: 'readSubscription',
    summary: 'Read a subscription',
    tags,
    params,
    response: { 200: subscription, default: problemResponse },
  },
  patch: {
    operationId: 'changeSubscription',
    summary: 'Change a subscription',
    description:
      'A new filter applies from the next event on. A new address is challenged before it is used. While paused, nothing is sent and nothing new is owed: catch up by the feed.',
    tags,
    params,
    body: published('subscription', 'subscriptionPatch'),
    response: { 200: subscription, default: problemResponse },
  },
  remove: {
    operationId: 'endSubscription',
    summary: 'End a subscription',
    tags,
    params,
    response: {
      204: { description: 'Ended; what waited is refused.', type: 'null' },
      default: problemResponse,
    },
  },
  verify: {
    operationId: 'verifySubscription',
    summary: 'Challenge the endpoint again',
    tags,
    params,
    response: { 200: subscription, default: problemResponse },
  },
  test: {
    operationId: 'testSubscription',
    summary: 'Send a test event now',
    tags,
    params,
    response: {
      200: answer('What the endpoint answered.', {
        type: 'object',
        properties: {
          result: attempt.properties.result,
          status: attempt.properties.status,
          reason: attempt.properties.reason,
          durationMs: attempt.properties.durationMs,
        },
      }),
      default: problemResponse,
    },
  },
  deliveries: {
    operationId: 'listDeliveries',
    summary: 'Deliveries of a subscription, newest first',
    tags,
    params,
    querystring: queryOf({
      cursor: { type: 'string', pattern: '^[0-9]{1,16}$' },
      limit: limitSchema(50, 200),
      standing,
    }),
    response: {
      200: answer('Deliveries.', pageOf(delivery, 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
  attempts: {
    operationId: 'listAttempts',
    summary: 'Attempts of one delivery, oldest first',
    tags,
    params: pathOf('subscriptionId', 'eventId'),
    response: {
      200: answer('Attempts.', pageOf(attempt, 'Never given.')),
      default: problemResponse,
    },
  },
} as const
