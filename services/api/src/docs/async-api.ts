// The AsyncAPI 3 document: the WebSocket, the webhooks, and every event that comes by them. Made
// from the same schemas, parameters and close codes that the code runs on. "send" is seen from
// Renkei, as AsyncAPI 3 has it.

import { closeCodes } from '../feed/feed-session.ts'
import { feedParameters } from '../feed/feed-query.ts'
import { contractVersion, eventsDescription, license } from './api-info.ts'
import { component, componentSchemas, localSchema } from './components.ts'
import { toDraft07 } from './draft-07.ts'
import { challengeData, eventCatalogue, type EventKind } from './event-catalogue.ts'
import type { Json } from './map-schema.ts'
import { receiveAcknowledgement, spokenMessages, spokenReferences } from './spoken-messages.ts'
import { optionalWebhookHeaders, webhookHeaders } from './webhooks.ts'

/** Makes the document for a service that is reached at `publicUrl`. */
export function asyncApiDocument(publicUrl: string): Json {
  const kinds = eventCatalogue()
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Renkei events',
      version: contractVersion,
      description: eventsDescription,
      license,
      externalDocs: { description: 'OpenAPI', url: `${publicUrl}/openapi.json` },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: serversAt(new URL(publicUrl)),
    channels: { feed: feedChannel(kinds), webhook: webhookChannel(kinds) },
    operations: operations(kinds),
    components: components(kinds),
  }
}

function serversAt({ protocol, host, pathname }: URL): Json {
  return {
    renkei: {
      host,
      protocol: protocol === 'https:' ? 'wss' : 'ws',
      ...(pathname !== '/' && { pathname }),
      description: 'Renkei, where readers open the feed.',
      security: [{ $ref: '#/components/securitySchemes/bearer' }],
    },
    subscriber: {
      host: '{host}',
      protocol: 'https',
      description: 'The endpoint of a subscription, to which Renkei posts.',
      variables: { host: { description: 'The host of `target.url` of the subscription.' } },
    },
  }
}

function feedChannel(kinds: readonly EventKind[]): Json {
  const properties = Object.entries(feedParameters).map(([name, schema]) => [
    name,
    toDraft07(localSchema(schema)),
  ])
  return {
    address: '/v1/feed',
    title: 'The feed',
    summary: 'Each text frame is one CloudEvent, in feed order.',
    description:
      "Without `after` the feed begins now; with `after` everything later comes first, then what is new, without a seam. A reader that falls behind is closed with 4008. A reader need not send anything; it may acknowledge reports in its organisation's name.",
    servers: [{ $ref: '#/servers/renkei' }],
    messages: { ...messageReferences(on(kinds, 'feed')), ...spokenReferences },
    bindings: {
      ws: {
        method: 'GET',
        query: { type: 'object', properties: Object.fromEntries(properties) },
        headers: {
          type: 'object',
          required: ['Authorization'],
          properties: { Authorization: { type: 'string', description: '`Bearer rk_…`' } },
        },
        bindingVersion: '0.1.0',
      },
    },
    'x-close-codes': Object.entries(closeMeanings).map(([name, meaning]) => ({
      code: closeCodes[name as keyof typeof closeCodes],
      name,
      ...meaning,
    })),
  }
}

/** What each close code means, and what a reader does then. */
const closeMeanings: Record<keyof typeof closeCodes, { meaning: string; reader: string }> = {
  goingAway: {
    meaning: 'The service stops or restarts.',
    reader: 'Connect again after a short random wait, with `after`.',
  },
  keyEnded: {
    meaning:
      'The API key was revoked or has expired, or its scopes or the kind of its organisation have changed, at most one heartbeat ago.',
    reader:
      'Connect again with `after`; when that is refused, get a new key from the operator first.',
  },
  tooSlow: {
    meaning:
      'The reader did not take what it was sent in time; the reason names the last cursor handed over.',
    reader: 'Resume from the last event that was handled; read faster, or narrow the filter.',
  },
  resync: {
    meaning: 'The cursor is not of this feed; a resync event comes first.',
    reader: 'Read the snapshot and go on from its `feedcursor`.',
  },
  tooMany: {
    meaning: 'The service has as many sockets as it takes.',
    reader: 'Try again later, waiting longer each time, or use `GET /v1/events`.',
  },
  internal: {
    meaning: 'The feed could not be read.',
    reader: 'Resume from the last event that was handled.',
  },
}

function webhookChannel(kinds: readonly EventKind[]): Json {
  return {
    address: null,
    title: 'Webhooks',
    summary: 'Signed POST requests (Standard Webhooks 1.0) to the address of a subscription.',
    servers: [{ $ref: '#/servers/subscriber' }],
    messages: {
      ...messageReferences(on(kinds, 'webhook'), 'Webhook'),
      ChallengeAnswer: { $ref: '#/components/messages/ChallengeAnswer' },
    },
  }
}

const challenge = 'SubscriptionVerificationEventWebhook'

function operations(kinds: readonly EventKind[]): Json {
  const told = on(kinds, 'webhook')
    .map(({ name }) => `${name}Webhook`)
    .filter((name) => name !== challenge)
  const http = { http: { method: 'POST', bindingVersion: '0.3.0' } }
  return {
    sendFeed: {
      action: 'send',
      title: 'Send the feed',
      channel: { $ref: '#/channels/feed' },
      messages: on(kinds, 'feed').map(({ name }) => ({ $ref: `#/channels/feed/messages/${name}` })),
    },
    receiveAcknowledgement,
    postEvent: {
      action: 'send',
      title: 'Post an event to a subscriber',
      channel: { $ref: '#/channels/webhook' },
      messages: told.map((name) => ({ $ref: `#/channels/webhook/messages/${name}` })),
      bindings: http,
    },
    challengeEndpoint: {
      action: 'send',
      title: 'Challenge a new endpoint',
      channel: { $ref: '#/channels/webhook' },
      messages: [{ $ref: `#/channels/webhook/messages/${challenge}` }],
      bindings: http,
      reply: {
        channel: { $ref: '#/channels/webhook' },
        messages: [{ $ref: '#/channels/webhook/messages/ChallengeAnswer' }],
      },
    },
  }
}

function components(kinds: readonly EventKind[]): Json {
  const events = kinds.map(({ name, title, titleJa, schema }) => [
    name,
    { title, 'x-title-ja': titleJa, ...schema },
  ])
  const schemas = Object.entries({ ...componentSchemas(), ...Object.fromEntries(events) })
  return {
    schemas: Object.fromEntries(schemas.map(([name, schema]) => [name, toDraft07(schema as Json)])),
    messages: {
      ...messages(on(kinds, 'feed')),
      ...messages(on(kinds, 'webhook'), 'Webhook'),
      ...spokenMessages,
      ChallengeAnswer: {
        title: 'The answer to a challenge',
        contentType: 'application/json',
        payload: challengeData,
      },
    },
    messageTraits: {
      webhook: {
        headers: {
          type: 'object',
          required: Object.keys(webhookHeaders),
          properties: { ...webhookHeaders, ...optionalWebhookHeaders },
        },
        bindings: { http: { bindingVersion: '0.3.0' } },
      },
    },
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'An API key with the scope `feed:read`, in the Authorization header.',
      },
    },
  }
}

function messages(kinds: readonly EventKind[], suffix: '' | 'Webhook' = ''): Json {
  const described = kinds.map(({ name, type, title, titleJa, description, example }) => [
    `${name}${suffix}`,
    {
      name: type,
      title,
      'x-title-ja': titleJa,
      description,
      payload: component(name),
      examples: [{ name, payload: example }],
      ...(suffix && { traits: [{ $ref: '#/components/messageTraits/webhook' }] }),
    },
  ])
  return Object.fromEntries(described)
}

function messageReferences(kinds: readonly EventKind[], suffix: '' | 'Webhook' = ''): Json {
  const names = kinds.map(({ name }) => `${name}${suffix}`)
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]))
}

function on(kinds: readonly EventKind[], channel: 'feed' | 'webhook'): readonly EventKind[] {
  return kinds.filter(({ channels }) => channels.includes(channel))
}
