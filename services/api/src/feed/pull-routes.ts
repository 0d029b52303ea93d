// The feed by pull: GET /v1/events waits a while for something new (long poll), and GET /v1/snapshot
// says what is open, with the cursor to go on from.

import { type Db, readFeedHead, readOpenEvents, type ReportEvent, type Scope } from '@renkei/db'
import { hear, type ReportView, type Sight, toCursor, viewOf, type Viewer } from '@renkei/schema'
import { openRevisions, type Vault } from '@renkei/vault'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { unauthenticated } from '../auth/refusals.ts'
import { feedAudit, type RecordDisclosure } from '../audit/disclosure.ts'
import { type Shown, shownReport } from '../audit/shown.ts'
import { answer, limitSchema, pageOf, problemResponse, published, queryOf } from '../docs/parts.ts'
import { answerCharactersMax } from '../limits/answer-size.ts'
import { DomainError } from '../problem/domain-error.ts'
import { readPage } from '../read-page.ts'
import {
  feedParameters,
  type FeedQuery,
  isForeignCursor,
  toFeedFilter,
  toFeedPosition,
} from './feed-query.ts'
import type { FeedTail } from './feed-tail.ts'
import { readView } from './read-view.ts'
import { waitForAdvance } from './wait-for-advance.ts'

export interface PullDeps {
  readonly db: Db
  readonly tail: FeedTail
  readonly vault: Vault
  readonly disclose: RecordDisclosure
  readonly waitSecondsMax: number
}

const scope = { scope: 'feed:read' as Scope }

const snapshotAudit = { action: 'report.listed', objectType: 'report' } as const

type EventsQuery = FeedQuery & { limit: number; wait: number }

export function pullRoutes(app: FastifyInstance, deps: PullDeps, done: () => void): void {
  // Who waits for news must not keep the service from stopping: it gets what there is.
  const closing = new AbortController()
  app.addHook('preClose', () => closing.abort())
  app.get<{ Querystring: EventsQuery }>(
    '/v1/events',
    { config: { ...scope, holds: 'longPoll', audit: feedAudit }, schema: eventsDocs },
    async (request, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const signal = AbortSignal.any([closing.signal, gone.signal])
      const { body, shown } = await pullEvents(request.query, request.caller, deps.tail, signal)
      if (shown.length > 0) {
        // It may have waited for longer than its key was to live.
        if (!(await request.keyStillHolds())) throw unauthenticated('the key ended meanwhile')
        await deps.disclose(actorOf(request), shown)
      }
      // The events are JSON text already.
      return reply.type('application/json; charset=utf-8').serializer(String).send(body)
    },
  )
  app.get<{ Querystring: FeedQuery & { limit: number } }>(
    '/v1/snapshot',
    { config: { ...scope, audit: snapshotAudit }, schema: snapshotDocs },
    (request) => readSnapshot(request, deps),
  )
  done()
}

async function pullEvents(
  query: EventsQuery,
  viewer: Viewer,
  tail: FeedTail,
  signal: AbortSignal,
): Promise<{ body: string; shown: readonly Shown[] }> {
  const start = toFeedPosition(query, 0)
  if (await isForeignCursor(query, start, tail)) throw foreign(tail)
  const reader = { viewer, filter: toFeedFilter(query), previous: start }
  const until = Date.now() + query.wait * 1000
  const size = { eventsMax: query.limit, charactersMax: answerCharactersMax }
  let page = await readView(tail, reader, start, size)
  while (page.texts.length === 0 && (await moreToCome(tail, page.position, until, signal))) {
    page = await readView(tail, reader, page.position, size)
  }
  const head = JSON.stringify({ epoch: tail.epoch(), next: toCursor(page.position) }).slice(0, -1)
  return { body: `${head},"events":[${page.texts.join(',')}]}`, shown: page.shown }
}

// Whether to read on: there is more of the feed than a request scans at once, or news comes in time.
async function moreToCome(
  tail: FeedTail,
  position: number,
  until: number,
  signal: AbortSignal,
): Promise<boolean> {
  const waitMs = until - Date.now()
  if (waitMs <= 0 || signal.aborted) return false
  return waitForAdvance(tail, position, waitMs, signal)
}

function foreign(tail: FeedTail): DomainError {
  return new DomainError('invalid-request', {
    detail: 'The cursor is not of this feed: read /v1/snapshot and go on from its feedcursor.',
    members: { epoch: tail.epoch(), head: toCursor(tail.head()) },
    errors: [
      {
        pointer: 'after',
        rule: 'cursor.ofThisFeed',
        detail: 'after lies beyond the end of this feed, or names another epoch.',
      },
    ],
  })
}

interface SeenEvent {
  readonly event: ReportEvent
  readonly view: ReportView
  readonly sight: Sight
}

async function readSnapshot(
  { query, caller, shown }: FastifyRequest<{ Querystring: FeedQuery & { limit: number } }>,
  { db, tail, vault }: PullDeps,
) {
  // The cursor is read first: what changes while the reports are read is told again by the feed.
  const { epoch, head } = await readFeedHead(db)
  const filter = toFeedFilter(query)
  const start = toFeedPosition(query, 0)
  const { page, last } = await readPage<ReportEvent, SeenEvent>(query.limit, {
    read: (event, limit) => readOpenEvents(db, event?.seq ?? start, limit),
    async see(events) {
      const heard = events.flatMap((event) => {
        const hearing = hear(caller, filter, event, tail.findShare)
        return hearing?.as === 'report' ? { event, sight: hearing.sight } : []
      })
      const opened = await openRevisions(
        vault,
        heard.map(({ event }) => event),
      )
      return heard.flatMap(({ sight }, index) => {
        const event = opened[index]
        const view = event && viewOf(event, sight)
        return view ? { event, sight, view } : []
      })
    },
  })
  shown.push(...page.map(({ event, ...seen }) => shownReport(event, seen)))
  return {
    epoch,
    feedcursor: toCursor(head),
    items: page.map(({ view }) => view),
    ...(last && { next: toCursor(last.event.seq) }),
  }
}

const eventsDocs = {
  operationId: 'pullEvents',
  summary: 'Read the feed after a cursor (long poll)',
  description:
    'Every event of your view exactly once, in feed order. `next` is the cursor to go on from, also when nothing matched. At least 90 days are kept.',
  tags: ['feed'],
  querystring: queryOf({
    ...feedParameters,
    limit: limitSchema(100, 500),
    wait: {
      type: 'integer',
      minimum: 0,
      maximum: 60,
      default: 0,
      description: 'Seconds to wait for something new.',
    },
  }),
  response: {
    200: answer('Events.', {
      type: 'object',
      required: ['epoch', 'next', 'events'],
      properties: {
        epoch: { type: 'string' },
        next: { type: 'string' },
        events: { type: 'array', items: published('event') },
      },
    }),
    default: problemResponse,
  },
}

const snapshotPage = pageOf(published('report-view'), 'Give as `after` to read on.')

const snapshotDocs = {
  operationId: 'readSnapshot',
  summary: 'What is open now, and the cursor to go on from',
  description:
    'Read all pages, then follow the feed from the `feedcursor` of the first page: nothing is missed, and what changed meanwhile is told again.',
  tags: ['feed'],
  querystring: queryOf({ ...feedParameters, limit: limitSchema(100, 500) }),
  response: {
    200: answer('Open reports.', {
      ...snapshotPage,
      properties: {
        ...snapshotPage.properties,
        epoch: { type: 'string' },
        feedcursor: { type: 'string' },
      },
    }),
    default: problemResponse,
  },
}
