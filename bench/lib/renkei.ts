// Renkei under measure: a database of its own, an API, notifiers, one carrier that reports.

import { makeRandom } from '../../scripts/faults/random.ts'
import { writeReport } from '../../scripts/faults/reports.ts'
import { makeDatabase } from './database.ts'
import type { Post } from './one-burst.ts'
import { makeReports } from './reports.ts'
import { addSubscribers } from './subscribers.ts'
import { makeReporter, reporter, startOne } from './system.ts'

export interface MeasuredRenkei {
  readonly databaseUrl: string
  readonly apiUrl: string
  readonly apiKey: string
  /** Adds what is missing to the subscribers so far; resolves to the secrets of all. */
  subscribe(urls: readonly string[]): Promise<readonly string[]>
  /** The next report, a key of its own included. */
  post(): Post
  /** The same at a level that is wished for. */
  postOfLevel(level: number): Post
  startNotifier(): Promise<void>
  stopNotifier(): Promise<void>
  stop(): Promise<void>
}

export interface RenkeiOptions {
  readonly redisUrl?: string | undefined
  /** Made already, with or without rows. */
  readonly databaseUrl?: string
}

/** Starts it with one notifier. */
export async function startRenkei(options: RenkeiOptions = {}): Promise<MeasuredRenkei> {
  const { redisUrl } = options
  const databaseUrl = options.databaseUrl ?? (await makeDatabase())
  const apiKey = await makeReporter(databaseUrl)
  const api = await startOne('api', { databaseUrl, redisUrl })
  const startNotifier = () => startOne('notifier', { databaseUrl, redisUrl })
  let notifier: Awaited<ReturnType<typeof startOne>> | undefined = await startNotifier()
  const reports = await makeReports(100, new Date())
  const random = makeRandom(1)
  const secrets: string[] = []
  let posted = 0
  const stopNotifier = async () => {
    await notifier?.stop()
    notifier = undefined
  }
  const write = (body: string): Post => ({
    url: `${api.url}/v1/reports`,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'idempotency-key': `"${crypto.randomUUID()}"`,
    },
    body,
  })
  return {
    databaseUrl,
    apiUrl: api.url,
    apiKey,
    async subscribe(urls) {
      secrets.push(...(await addSubscribers(databaseUrl, urls.slice(secrets.length))))
      return secrets
    },
    post: () => write(reports[posted++ % reports.length] ?? ''),
    postOfLevel: (level) => write(writeReport(reporter, random, level)),
    async startNotifier() {
      notifier ??= await startNotifier()
    },
    stopNotifier,
    async stop() {
      await stopNotifier()
      await api.stop()
    },
  }
}

/** Sends a report or an alert; rejects unless it is accepted. */
export async function send({ url, headers, body }: Post): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  const response = await fetch(url, { ...request, body })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`)
}
