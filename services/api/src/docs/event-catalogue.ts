// Every type of event that Renkei sends: where it comes, what its data is, and an example. Total
// over the types of the contract: a new type does not compile until it is described here.

import { eventTypes, schemas } from '@renkei/schema'
import { component } from './components.ts'
import type { Json } from './map-schema.ts'
import { notices } from './notice-catalogue.ts'

export interface EventKind {
  readonly name: string
  readonly type: string
  readonly title: string
  readonly titleJa: string
  readonly description: string
  readonly channels: readonly ('feed' | 'webhook')[]
  /** The whole event as a schema. */
  readonly schema: Json
  readonly example: Json
}

export type Described = Omit<EventKind, 'name' | 'type' | 'schema'> & { readonly data: Json }

/** The events of the contract, in its order. */
export function eventCatalogue(): readonly EventKind[] {
  return Object.entries(described()).map(([key, { data, ...kind }]) => {
    const type = eventTypes[key as keyof typeof eventTypes]
    return { name: nameOf(type), type, ...kind, schema: eventSchema(type, data) }
  })
}

const everywhere = ['feed', 'webhook'] as const

function described(): Record<keyof typeof eventTypes, Described> {
  return {
    created: {
      title: 'Report created',
      titleJa: '報告の新規作成',
      description: 'A first revision was stored.',
      channels: everywhere,
      data: component('ReportView'),
      example: reportExample(eventTypes.created),
    },
    updated: {
      title: 'Report updated',
      titleJa: '報告の改版(第N報)',
      description: 'A further revision was stored; data is the whole report, not the difference.',
      channels: everywhere,
      data: component('ReportView'),
      example: reportExample(eventTypes.updated, { revision: 2 }),
    },
    withdrawn: {
      title: 'Report withdrawn',
      titleJa: '報告の取下げ',
      description: 'A report was withdrawn (誤報), or planned work was cancelled.',
      channels: everywhere,
      data: component('ReportView'),
      example: reportExample(eventTypes.withdrawn, { revision: 3, state: 'withdrawn' }),
    },
    ...notices(),
    ...streamEvents(),
    ...subscriptionEvents(),
  }
}

function streamEvents(): Pick<Record<keyof typeof eventTypes, Described>, 'heartbeat' | 'resync'> {
  const epoch = text('The feed that cursors belong to; another one makes them useless.')
  return {
    heartbeat: {
      title: 'Heartbeat',
      titleJa: '生存通知',
      description:
        'Nothing was sent for a while. Everything up to `feedcursor` that concerns the reader has been sent, so it may be kept as the cursor to resume from.',
      channels: ['feed'],
      data: dataOf({ epoch }),
      example: streamExample(eventTypes.heartbeat, { epoch: exampleEpoch }),
    },
    resync: {
      title: 'Resync',
      titleJa: '再同期の指示',
      description:
        'The cursor is not of this feed. Read all pages of `snapshot`, then open the feed after the `feedcursor` given there. The socket is closed with 4009.',
      channels: ['feed'],
      data: dataOf({
        epoch,
        reason: text('Why, in words.'),
        snapshot: text('The path to begin again from.'),
      }),
      example: streamExample(eventTypes.resync, {
        epoch: exampleEpoch,
        reason: 'the cursor is not of this feed',
        snapshot: '/v1/snapshot',
      }),
    },
  }
}

function subscriptionEvents(): Pick<
  Record<keyof typeof eventTypes, Described>,
  'subscriptionVerification' | 'subscriptionTest'
> {
  const subscriptionId = '01985a80-1c00-7d11-8a22-3b33c44d55e6'
  return {
    subscriptionVerification: {
      title: 'Challenge',
      titleJa: '宛先の確認',
      description:
        'The endpoint must answer 200 with `{"challenge": "<data.challenge>"}` before it gets anything else.',
      channels: ['webhook'],
      data: challengeData,
      example: controlExample(eventTypes.subscriptionVerification, { challenge: 'bW9zaGltb3NoaQ' }),
    },
    subscriptionTest: {
      title: 'Test',
      titleJa: '疎通試験',
      description: 'Sent on request of the subscriber; no report stands behind it.',
      channels: ['webhook'],
      data: dataOf({
        subscriptionId: text('The subscription.'),
        note: text('Says that it is a test.'),
      }),
      example: controlExample(eventTypes.subscriptionTest, { subscriptionId, note: 'A test.' }),
    },
  }
}

const exampleEpoch = '0f8c2f3e-5d0a-4c8e-9b1f-2f6d3a7b9c10'

/** What a challenge carries, and what its answer must be. */
export const challengeData: Json = {
  type: 'object',
  required: ['challenge'],
  properties: { challenge: { type: 'string', description: 'A random word.' } },
}

// "jp.renkei.report.created.v1" is ReportCreatedEvent.
function nameOf(type: string): string {
  const [noun = '', verb = ''] = type.split('.').slice(2)
  return `${capital(noun)}${capital(verb)}Event`
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function eventSchema(type: string, data: Json): Json {
  return {
    allOf: [
      component('Event'),
      {
        type: 'object',
        required: ['data'],
        properties: { type: { type: 'string', const: type }, data },
      },
    ],
  }
}

function dataOf(properties: Record<string, Json>): Json {
  return { type: 'object', required: Object.keys(properties), properties }
}

function text(description: string): Json {
  return { type: 'string', description }
}

const [publishedExample] = schemas.event.examples

function reportExample(type: string, change: { revision?: number; state?: string } = {}): Json {
  const data = { ...publishedExample?.data, ...change }
  return { ...publishedExample, type, revision: data.revision, data }
}

function streamExample(type: string, data: Json): Json {
  return {
    ...controlExample(type, data),
    source: '/v1/feed',
    feedcursor: '0000000000000042',
  }
}

function controlExample(type: string, data: Json): Json {
  return {
    specversion: '1.0',
    id: '01985a7d-0000-7000-8000-000000000001',
    type,
    source: '/v1/subscriptions/01985a80-1c00-7d11-8a22-3b33c44d55e6',
    time: '2026-07-30T00:26:00.000Z',
    datacontenttype: 'application/json',
    data,
  }
}
