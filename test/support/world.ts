// A database with those who take part: organisations, their keys and their subscriptions.

import { randomBytes } from 'node:crypto'
import {
  addOrganisation,
  createKey,
  type Database,
  type Db,
  insertSubscription,
  type Ledger,
  newId,
  type NewSubscription,
  openDatabase,
  type OrganisationKind,
  readLedger,
  type Scope,
  type Subscription,
  type SubscriptionChange,
  updateSubscription,
} from '@renkei/db'
import type { SubscriptionFilter } from '@renkei/schema'
import { createTestDatabase, runSql, waitFor } from '@renkei/testkit'
import { newSecret } from '@renkei/webhook'
import { accept, type Accepted, type RevisionOptions } from './revisions.ts'

export interface World {
  readonly url: string
  readonly db: Db
  /** Adds an organisation with a name of its own. */
  organisation(kind?: OrganisationKind): Promise<string>
  key(organisationId: string, scopes?: readonly Scope[]): Promise<string>
  subscribe(wish: Wish): Promise<Subscription>
  change(subscription: Subscription, change: SubscriptionChange): Promise<Subscription>
  /** Stores one revision of a report of `carrier`, unless told otherwise. */
  accept(options?: Partial<RevisionOptions>): Promise<Accepted>
  /** Stores so many new reports in one statement. */
  acceptMany(count: number, options: Partial<RevisionOptions>): Promise<Accepted[]>
  readonly carrier: string
  sql(statement: string): Promise<Record<string, unknown>[]>
  ledger(eventId: string): Promise<Ledger>
  /** Waits until everything is expanded and nothing waits; resolves to the ledgers by event. */
  settled(events: readonly Accepted[], timeoutMs?: number): Promise<Ledger[]>
  unbalanced(): Promise<number>
  close(): Promise<void>
}

export interface Wish {
  readonly url: string
  readonly organisationId?: string
  readonly filter?: SubscriptionFilter
  readonly mode?: 'latest' | 'all'
}

/** Opens a world of its own; with a URL, on a database that is there already. */
export async function openWorld(databaseUrl?: string): Promise<World> {
  const own = databaseUrl === undefined ? await createTestDatabase() : undefined
  const url = databaseUrl ?? own?.url ?? ''
  const database = openDatabase({
    url,
    applicationName: 'renkei-test',
    connectionsMax: 4,
    statementTimeoutMs: 15_000,
    onError: () => undefined,
  })
  const { db } = database
  const carrier = await addParty(db, 'carrier')
  return {
    ...parties(db),
    ...watching(db, url),
    url,
    db,
    carrier,
    accept: async (options) => (await accept(db, { organisationId: carrier, ...options }))[0]!,
    acceptMany: (count, options) =>
      accept(db, ...Array.from({ length: count }, () => ({ organisationId: carrier, ...options }))),
    sql: (statement) => runSql(url, statement),
    close: () => closeAll(database, own),
  }
}

/** An active subscription to everything, not stored yet. */
export function newSubscription(organisationId: string, url: string): NewSubscription {
  return {
    subscriptionId: newId(),
    organisationId,
    channel: 'webhook',
    target: { url },
    filter: {},
    mode: 'all',
    description: null,
    state: 'active',
    secret: newSecret(),
  }
}

function parties(db: Db): Pick<World, 'organisation' | 'key' | 'subscribe' | 'change'> {
  return {
    organisation: (kind = 'carrier') => addParty(db, kind),
    key: async (organisationId, scopes = ['reports:write', 'reports:read', 'feed:read']) => {
      const key = { organisationId, label: 'test', scopes, expiresAt: null }
      return (await createKey(db, key)).apiKey
    },
    async subscribe({ url, filter = {}, mode = 'all', organisationId }) {
      const owner = organisationId ?? (await addParty(db, 'carrier'))
      const subscription = { ...newSubscription(owner, url), filter, mode }
      return db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
    },
    change: ({ subscriptionId }, change) =>
      db.transaction().execute((tx) => updateSubscription(tx, subscriptionId, change, new Date())),
  }
}

// Counted in the tests' own words: events that owe another number than is kept, or one thing twice.
async function countUnbalanced(url: string): Promise<number> {
  const [row] = await runSql(
    url,
    `WITH kept AS (
       SELECT seq, subscription_id, round FROM delivery_outcomes
       UNION ALL SELECT seq, subscription_id, round FROM delivery_queue)
     SELECT count(*)::int AS count FROM fan_outs f WHERE f.owed <>
         (SELECT count(*) FROM kept WHERE kept.seq = f.seq AND round = 0)
       OR EXISTS (SELECT FROM kept WHERE kept.seq = f.seq
         GROUP BY subscription_id, round HAVING count(*) > 1)`,
  )
  return Number(row?.['count'])
}

function watching(db: Db, url: string): Pick<World, 'ledger' | 'settled' | 'unbalanced'> {
  const ledger = async (eventId: string) => {
    const found = await readLedger(db, eventId)
    if (!found) throw new Error(`there is no event ${eventId}`)
    return found
  }
  return {
    ledger,
    unbalanced: () => countUnbalanced(url),
    async settled(events, timeoutMs = 25_000) {
      let ledgers: Ledger[] = []
      await waitFor(
        async () => {
          ledgers = await Promise.all(events.map(({ eventId }) => ledger(eventId)))
          return ledgers.every(({ expanded, waiting }) => expanded && waiting === 0)
        },
        { timeoutMs, everyMs: 20, what: 'the end of all deliveries' },
      ).catch((error: unknown) => {
        throw new Error(`not settled: ${JSON.stringify(ledgers)}`, { cause: error })
      })
      return ledgers
    },
  }
}

async function addParty(db: Db, kind: OrganisationKind): Promise<string> {
  const organisationId = `party-${randomBytes(6).toString('hex')}`
  await addOrganisation(db, { organisationId, name: organisationId, kind })
  return organisationId
}

async function closeAll(database: Database, own?: { drop(): Promise<void> }): Promise<void> {
  await database.close()
  await own?.drop()
}
