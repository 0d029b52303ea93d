// What the OpenAPI document says of subscriptions.

import { etagHeader, locationHeader, replayedHeader } from '../docs/answer-headers.ts'
import {
  answer,
  idempotencyHeader,
  limitSchema,
  pageOf,
  pathOf,
  problemResponse,
  published,
  queryOf,
  uuidSchema,
} from '../docs/parts.ts'
import { standingProperties } from '../ledger/ledger-docs.ts'

const tags = ['subscriptions']
const params = pathOf('subscriptionId')
const subscription = {
  ...answer('The subscription.', published('subscription')),
  headers: etagHeader,
}

const ifMatch = {
  type: 'object',
  properties: {
    'if-match': {
      type: 'string',
      description:
        'The ETag of what is changed, so that nobody overwrites what he has not seen. May be left out.',
    },
  },
} as const

const attempt = {
  type: 'object',
  properties: {
    attempt: { type: 'integer' },
    startedAt: { type: 'string', format: 'date-time' },
    durationMs: { type: 'integer' },
    result: { type: 'string', enum: ['delivered', 'retry', 'refused'] },
    status: { type: ['integer', 'null'] },
    reason: { type: 'string' },
    round: standingProperties.round,
    replayId: standingProperties.replayId,
  },
}

const delivery = {
  type: 'object',
  properties: {
    eventId: uuidSchema,
    feedcursor: { type: 'string' },
    reportId: { ...uuidSchema, type: ['string', 'null'], description: 'null for a notice.' },
    revision: { type: ['integer', 'null'] },
    ...standingProperties,
  },
}

const { standing } = standingProperties

export const docs = {
  create: {
    operationId: 'createSubscription',
    summary: 'Subscribe an endpoint',
    description:
      'The endpoint is challenged at once: it gets a `jp.renkei.subscription.verification.v1` event and must answer 200 with `{"challenge": "<data.challenge>"}`. An e-mail address gets a mail with a link instead, and is active when its button is pressed. The signing secret is shown in this answer only, and to a repeat of the request with the same `Idempotency-Key`: it is kept sealed. How to verify a signature: `docs/webhooks.md`.',
    tags,
    headers: {
      type: 'object',
      properties: { 'idempotency-key': idempotencyHeader['idempotency-key'] },
    },
    body: published('subscription', 'subscriptionRequest'),
    response: {
      201: { ...subscription, headers: { ...etagHeader, ...locationHeader, ...replayedHeader } },
      default: problemResponse,
    },
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
      'Its filter, address, state and the health of its endpoint, with reasons. One of another organisation, or one that has ended, is not found.',
    tags,
    params,
    response: { 200: subscription, default: problemResponse },
  },
  patch: {
    operationId: 'changeSubscription',
    summary: 'Change a subscription',
    description:
      'A new filter applies from the next event on. A new address is challenged first; until it answers it is the `pendingTarget`, and the present one stays in use. A client certificate is used from the next delivery on. While paused, nothing is sent and nothing new is owed: catch up by the feed. To set the state to `active` also says that a failing endpoint is well again: what waits is sent at once.',
    tags,
    params,
    headers: ifMatch,
    body: published('subscription', 'subscriptionPatch'),
    response: { 200: subscription, default: problemResponse },
  },
  remove: {
    operationId: 'endSubscription',
    summary: 'End a subscription',
    description: 'For good: nothing more is sent, and it is not found any more.',
    tags,
    params,
    headers: ifMatch,
    response: {
      204: { description: 'Ended; what waited is refused.', type: 'null' },
      default: problemResponse,
    },
  },
  rotate: {
    operationId: 'rotateSubscriptionSecret',
    summary: 'Replace the signing secret',
    description:
      'The new secret is in this answer only. For `overlapHours` every request carries two signatures, of the new secret and of the one before; then only the new one signs. A second rotation within that time ends the oldest at once.',
    tags,
    params,
    headers: ifMatch,
    body: published('subscription', 'secretRotation'),
    response: { 200: subscription, default: problemResponse },
  },
  verify: {
    operationId: 'verifySubscription',
    summary: 'Challenge the endpoint again',
    description:
      'For an address that has not answered its challenge yet: when it answers now, the subscription becomes active, or its `pendingTarget` takes the place of the present address. One that is not waiting for it is left as it is.',
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
    querystring: queryOf({
      cursor: { type: 'string', pattern: '^[0-9]{1,5}[.][0-9]{1,9}$' },
      limit: limitSchema(200, 1000),
    }),
    response: {
      200: answer('Attempts.', pageOf(attempt, 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
} as const
