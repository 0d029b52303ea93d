// The requests that Renkei sends to subscribers: what an endpoint must be ready to take. They stand
// in the `webhooks` section of the OpenAPI document.

import { component } from './components.ts'
import { challengeData, eventCatalogue } from './event-catalogue.ts'
import type { Json } from './map-schema.ts'

/** One entry for each kind of request. */
export function describeWebhooks(): Json {
  const reportEvents = named(/^Report/)
  return {
    reportEvent: post({
      operationId: 'receiveReportEvent',
      summary: 'An event about a report',
      description:
        'Sent for every event that the filter of a subscription takes. Check the signature over the raw bytes before reading them, answer at once, and work afterwards. Delivery is at least once: a repeat has the same `webhook-id`. `previouscursor` lets a receiver see a gap by itself; `GET /v1/events` fills it.',
      schema: { oneOf: reportEvents.map(({ name }) => component(name)) },
      examples: Object.fromEntries(
        reportEvents.map(({ name, title, example }) => [name, { summary: title, value: example }]),
      ),
      taken: { '2XX': { description: 'Taken. The body of the answer is not looked at.' } },
    }),
    subscriptionVerification: post({
      operationId: 'answerChallenge',
      summary: 'The challenge of a new endpoint',
      description:
        'Sent when a subscription is made, when its address changes, and on request. Nothing else is sent until it is answered.',
      ...only('SubscriptionVerificationEvent'),
      taken: {
        '200': {
          description: 'The same challenge.',
          content: { 'application/json': { schema: challengeData } },
        },
      },
    }),
    subscriptionTest: post({
      operationId: 'receiveTestEvent',
      summary: 'A test',
      description: 'Sent by `POST /v1/subscriptions/{subscriptionId}/test`.',
      ...only('SubscriptionTestEvent'),
      taken: { '2XX': { description: 'Taken.' } },
    }),
  }
}

/** The headers of every request to a subscriber (Standard Webhooks 1.0). */
export const webhookHeaders: Readonly<Record<string, Json>> = {
  'webhook-id': {
    type: 'string',
    description:
      'The `id` of the event. The same on every attempt: a receiver keeps it to know a repeat.',
    examples: ['01985a7c-7a10-7c55-8e2f-6d1b3c5e7f90'],
  },
  'webhook-timestamp': {
    type: 'string',
    pattern: '^[0-9]+$',
    description:
      'When this attempt was made, in seconds since 1970. Refuse what is minutes away from your clock.',
    examples: ['1785371103'],
  },
  'webhook-signature': {
    type: 'string',
    description:
      '`v1,` and the Base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{raw body}`, with the secret of the subscription (the Base64 after `whsec_`) as the key. Several signatures stand apart by spaces: one that is right is enough.',
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  },
}

/** Headers that may be there. */
export const optionalWebhookHeaders: Readonly<Record<string, Json>> = {
  traceparent: {
    type: 'string',
    description: 'W3C Trace Context of the event: one of its own, the same on every attempt.',
    examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  },
}

interface Webhook {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly schema: Json
  readonly examples: Json
  readonly taken: Json
}

function post({ schema, examples, taken, ...said }: Webhook): Json {
  const content = { 'application/cloudevents+json': { schema, examples } }
  return {
    post: {
      ...said,
      tags: ['subscriptions'],
      parameters: [
        ...parameters(webhookHeaders, true),
        ...parameters(optionalWebhookHeaders, false),
      ],
      requestBody: { required: true, content },
      responses: { ...taken, ...notTaken },
    },
  }
}

function parameters(headers: Readonly<Record<string, Json>>, required: boolean): Json[] {
  return Object.entries(headers).map(([name, { description, ...schema }]) => ({
    name,
    in: 'header',
    description,
    ...(required && { required }),
    schema,
  }))
}

const retryAfter = {
  'Retry-After': {
    description: 'Seconds or a date; the next attempt waits for it.',
    schema: { type: 'string' },
  },
}

const notTaken = {
  '410': { description: 'The endpoint wants no more: this delivery is not tried again.' },
  '429': { description: 'Too many requests: tried again.', headers: retryAfter },
  '5XX': { description: 'The receiver has failed: tried again.', headers: retryAfter },
  default: { description: 'Not taken: tried again, later each time. Redirects are not followed.' },
}

function only(name: string): Pick<Webhook, 'schema' | 'examples'> {
  const examples = named(new RegExp(`^${name}$`)).map(({ title, example }) => [
    name,
    { summary: title, value: example },
  ])
  return { schema: component(name), examples: Object.fromEntries(examples) }
}

function named(pattern: RegExp) {
  return eventCatalogue().filter(({ name }) => pattern.test(name))
}
