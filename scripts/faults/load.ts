// The load: every lane of a reporter writes one report after the other, each in several revisions and at
// a level of its own. A success answer counts and nothing else does; without one the same request goes
// out again under the same key.

import { setTimeout as pause } from 'node:timers/promises'
import type { Accepted, Journal } from './journal.ts'
import type { Party } from './parties.ts'
import type { Random } from './random.ts'
import { writeReport } from './reports.ts'

export interface LoadOptions {
  readonly apiUrl: string
  readonly reporters: readonly Party[]
  readonly lanesPerReporter: number
  /** Reports and revisions a second of all lanes together, when the API answers at once. */
  readonly perSecond: number
  readonly random: Random
  readonly journal: Journal
  /** Stands between the poster and the API; gives an answer in its place, or nothing. */
  readonly instead?: () => Accepted | undefined
}

export interface Load {
  /** Writes no new revision and resolves when every answer is in. */
  stop(): Promise<void>
}

const revisionsMax = 6
const repeatAfterMs = 200
const answerMsMax = 8000
const insistMsMax = 180_000

/** Begins to write and goes on until it is stopped. */
export function startLoad(options: LoadOptions): Load {
  const { reporters, lanesPerReporter, random } = options
  const stopping = new AbortController()
  const lanes = reporters.flatMap((reporter) =>
    Array.from({ length: lanesPerReporter }, (_, lane) =>
      runLane(reporter, random.fork(`${reporter.organisationId} ${lane}`), options, stopping),
    ),
  )
  return {
    async stop() {
      stopping.abort()
      await Promise.all(lanes)
    },
  }
}

async function runLane(
  reporter: Party,
  random: Random,
  options: LoadOptions,
  { signal }: AbortController,
): Promise<void> {
  const lanes = options.reporters.length * options.lanesPerReporter
  const meanMs = (lanes * 1000) / options.perSecond
  const rest = () => pause(random.next() * 2 * meanMs, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    const revisions = random.whole(1, revisionsMax)
    let before: Accepted | undefined
    for (let nr = 1; nr <= revisions && !signal.aborted; nr += 1) {
      await rest()
      if (signal.aborted) return
      before = await insist(reporter, writeReport(reporter.organisationId, random), before, options)
      if (!before) return
    }
  }
}

async function insist(
  reporter: Party,
  body: string,
  before: Accepted | undefined,
  { apiUrl, journal, instead }: LoadOptions,
): Promise<Accepted | undefined> {
  const path = before ? `/${before.reportId}/revisions` : ''
  const request = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${reporter.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': `"${crypto.randomUUID()}"`,
      ...(before && { 'if-match': `"${before.revision}"` }),
    },
    body,
  }
  for (const until = performance.now() + insistMsMax; performance.now() < until;) {
    const said = instead?.() ?? (await post(`${apiUrl}/v1/reports${path}`, request))
    if (typeof said === 'object') {
      journal.accepted.push(said)
      return said
    }
    if (said !== 'again') {
      journal.alarms.push(`refused: ${said}`)
      return undefined
    }
    await pause(repeatAfterMs)
  }
  journal.alarms.push(`not accepted within ${insistMsMax / 1000} s by the api`)
  return undefined
}

// The answer, or that there was none, or why it was refused for good.
async function post(url: string, request: RequestInit): Promise<Accepted | string> {
  try {
    const signal = AbortSignal.timeout(answerMsMax)
    const response = await fetch(url, { ...request, signal })
    const text = await response.text()
    if (response.status >= 500 || response.status === 429) return 'again'
    if (!response.ok) return `${response.status} ${text.slice(0, 300)}`
    const { reportId, revision, eventId, level } = JSON.parse(text) as Answer
    return { reportId, revision, eventId, level: level.value }
  } catch {
    return 'again'
  }
}

interface Answer {
  readonly reportId: string
  readonly revision: number
  readonly eventId: string
  readonly level: { readonly value: number }
}
