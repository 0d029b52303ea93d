// A real API on a database of its own (or beside another one, on the same database), with the
// organisations and keys that a test asks for.

import { type Database, openDatabase, type Scope } from '@renkei/db'
import { type Logger, makeLogger } from '@renkei/service-kit'
import { createTestDatabase, type TestDatabase, testKey } from '@renkei/testkit'
import { readApiConfig } from '../src/config.ts'
import type { ListedRoute } from '../src/route-list.ts'
import { startApi } from '../src/start-api.ts'
import { callApi, type Call, type TestAnswer } from './call-api.ts'
import { addParty, type Party, type PartyKind } from './parties.ts'

export interface TestApiOverrides {
  /** Variables of `src/config.ts` that differ from their defaults. */
  readonly env?: Readonly<Record<string, string>>
  /** Starts on the database of another test API, as a second machine would. */
  readonly beside?: TestApi
  /** Where the API finds that database, when not directly: behind a proxy, say. */
  readonly databaseUrl?: (url: string) => string
  readonly log?: Logger
}

export interface TestApi {
  readonly url: string
  readonly routes: readonly ListedRoute[]
  readonly databaseUrl: string
  /** The test's own way to the database, beside the API. */
  readonly db: Database['db']
  /** Makes an organisation (unless there is one) and a key; all scopes but `admin` unless told. */
  addParty(code: string, kind: PartyKind, scopes?: readonly Scope[]): Promise<Party>
  /** A request without a key. */
  request(path: string, call?: Call): Promise<TestAnswer>
  /** Stops the server and leaves the database; rejects when something did not stop in time. */
  stopServer(): Promise<void>
  /** Stops the server and, when it is the first on its database, drops that. */
  stop(): Promise<void>
}

/** The name in the `type` URLs of problems. */
export const publicUrl = 'https://renkei.test'

/** So that tests that are about something else post as fast as they can. */
export const wideLimits = Object.fromEntries(
  ['REPORTS', 'URGENT_REPORTS', 'READ_REPORTS', 'REQUESTS'].map((name) => [
    `RENKEI_${name}_PER_SECOND_MAX`,
    '1000000',
  ]),
)

/** Starts an API on a free port of 127.0.0.1. Stop it when done, those beside it first. */
export async function startTestApi(overrides: TestApiOverrides = {}): Promise<TestApi> {
  const { beside, databaseUrl = (url) => url } = overrides
  const store = beside ? undefined : await openStore()
  const database = beside ?? store ?? never()
  try {
    const config = readApiConfig({
      DATABASE_URL: databaseUrl(database.databaseUrl),
      RENKEI_API_PORT: '0',
      RENKEI_KEY: testKey,
      RENKEI_PUBLIC_URL: publicUrl,
      RENKEI_LOG_LEVEL: 'silent',
      RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.1/32',
      ...wideLimits,
      ...overrides.env,
    })
    const { url, routes, stopper } = await startApi(
      config,
      overrides.log ?? makeLogger('api', 'silent'),
    )
    const stopServer = async () => {
      const failed = await stopper.stop()
      if (failed.length > 0) throw new Error(`did not stop in time: ${failed.join(', ')}`)
    }
    return {
      url,
      routes,
      databaseUrl: database.databaseUrl,
      db: database.db,
      addParty: (code, kind, scopes) => addParty({ db: database.db, url }, { code, kind, scopes }),
      request: (path, call) => callApi(url, path, call),
      stopServer,
      stop: async () => {
        await stopServer()
        await store?.drop()
      },
    }
  } catch (error) {
    await store?.drop()
    throw error
  }
}

async function openStore() {
  const database: TestDatabase = await createTestDatabase()
  const opened = openDatabase({
    url: database.url,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 30_000,
    onError: () => undefined,
  })
  const drop = async () => {
    await opened.close()
    await database.drop()
  }
  return { databaseUrl: database.url, db: opened.db, drop }
}

function never(): never {
  throw new Error('a database is either made here or given')
}
