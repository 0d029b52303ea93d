// Both services as processes of their own, and a NOC's view of the API.

import type { Report } from '@renkei/schema'
import { type ServiceProcess, spawnService, testKey } from '@renkei/testkit'
import { notifierEnv } from './notifier.ts'
import { sampleReport } from './revisions.ts'

export interface RunningService extends ServiceProcess {
  readonly url: string
}

type Env = Record<string, string | undefined>

/** Starts an API on a free port; resolves when it listens. */
export async function spawnApi(databaseUrl: string, env: Env = {}): Promise<RunningService> {
  const api = spawnService(['services/api/src/main.ts'], {
    DATABASE_URL: databaseUrl,
    RENKEI_API_PORT: '0',
    RENKEI_KEY: testKey,
    RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
    RENKEI_REPORTS_PER_SECOND_MAX: '1000000',
    RENKEI_URGENT_REPORTS_PER_SECOND_MAX: '1000000',
    RENKEI_READ_REPORTS_PER_SECOND_MAX: '1000000',
    RENKEI_REQUESTS_PER_SECOND_MAX: '1000000',
    ...defined(env),
  })
  const line = await api.waitForLine(/"url":"([^"]+)","event":"api.listening"/, 30_000)
  return { ...api, url: line[1]! }
}

/** Starts a notifier on a free port; resolves when it runs. */
export async function spawnNotifier(databaseUrl: string, env: Env = {}): Promise<RunningService> {
  const notifier = spawnService(['services/notifier/src/main.ts'], notifierEnv(databaseUrl, env))
  const line = await notifier.waitForLine(
    /"healthUrl":"([^"]+)","event":"notifier.running"/,
    30_000,
  )
  return { ...notifier, url: line[1]! }
}

function defined(env: Env): Record<string, string> {
  const set = Object.entries(env).filter(([, value]) => value !== undefined)
  return Object.fromEntries(set) as Record<string, string>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface Client {
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer & { readonly text: string }>
  /** Posts a new report; its shape is the contract's minimal one. */
  report(key?: string, members?: Partial<Report>): Promise<Answer>
  /** Posts it, again and again with the same key, until it is accepted. */
  insist(key: string): Promise<Answer>
}

/** Speaks to the API as one organisation does. */
export function makeClient(baseUrl: string, organisationId: string, apiKey: string): Client {
  const authorization = `Bearer ${apiKey}`
  const call = async (path: string, init: RequestInit) => {
    const response = await fetch(`${baseUrl}${path}`, {
      ...init,
      headers: { authorization, ...(init.headers as Record<string, string>) },
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body, text }
  }
  const post: Client['post'] = (path, body, headers = {}) =>
    call(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const report: Client['report'] = (key, members) =>
    post(
      '/v1/reports',
      sampleReport(organisationId, members),
      key === undefined ? {} : { 'idempotency-key': `"${key}"` },
    )
  return {
    post,
    report,
    get: (path) => call(path, { method: 'GET' }),
    async insist(key) {
      for (const endMs = performance.now() + 20_000; ;) {
        const answer = await report(key).catch(() => undefined)
        if (answer?.status === 201) return answer
        const said = answer ? JSON.stringify(answer.body) : 'nothing'
        if (answer && answer.status < 500) throw new Error(`refused: ${said}`)
        if (performance.now() > endMs) throw new Error(`not accepted in time: ${said}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
  }
}
