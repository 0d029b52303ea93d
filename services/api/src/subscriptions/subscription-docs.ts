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
    description: 'Those of your organisation that have not ended. Signing secrets are not shown.',
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
    description:
      'Its filter, address and state, with the reason of a pause. One of another organisation, or one that has ended, is not found.',
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
    description: 'For good: nothing more is sent, and it is not found any more.',
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
    description:
      'For an endpoint that has not answered its challenge yet: when it answers now, the subscription becomes active. One that is not waiting for it is left as it is.',
    tags,
    params,
    response: { 200: subscription, default: problemResponse },
  },
  test: {
    operationId: 'testSubscription',
    summary: 'Send a test event now',
    description:
      'A signed `jp.renkei.subscription.test.v1` event, once and without retries. What came of it is in the answer only, not among the deliveries.',
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
    description: 'What is or was owed to this endpoint, and what became of each event.',
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
    description: 'When each began, how long it took and what the endpoint answered.',
    tags,
    params: pathOf('subscriptionId', 'eventId'),
    response: {
      200: answer('Attempts.', pageOf(attempt, 'Never given.')),
      default: problemResponse,
    },
  },
} as const
