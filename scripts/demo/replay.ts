// Posts the steps of a scenario in compressed time and waits for each to arrive.

import {
  scenarioTimeline,
  submissionOf,
  type Scenario,
  type ScenarioStep,
} from '../../scenarios/load-scenario.ts'
import { type ApiClient, makeClient } from './client.ts'
import type { DemoPeer } from './peer.ts'

export interface Posted {
  readonly step: ScenarioStep
  readonly index: number
  readonly revision: number
  readonly eventId: string
  readonly level: number
  readonly why: string
  readonly acceptMs: number
  /** By peer: from the moment the POST was sent to the receipt; nothing when it did not arrive. */
  readonly arrivedAfterMs: ReadonlyMap<string, number | undefined>
}

export interface ReplayOptions {
  readonly apiUrl: string
  readonly keys: ReadonlyMap<string, string>
  readonly peers: readonly DemoPeer[]
  /** Seconds of the incident in a second of the demo. */
  readonly speed: number
  readonly arriveTimeoutMs: number
  /** Called before each step, to cut and mend a line. */
  readonly before: (index: number, count: number) => Promise<void>
  /** Peers that cannot hear just now; they are not waited for. */
  readonly away: ReadonlySet<string>
  readonly onPosted: (posted: Posted) => void
}

const gapMaxMs = 900

/** Replays a scenario; resolves to what was posted. */
export async function replay(scenario: Scenario, options: ReplayOptions): Promise<Posted[]> {
  const steps = scenarioTimeline(scenario)
  const reportIds = new Map<string, string>()
  const revisions = new Map<string, number>()
  const posted: Posted[] = []
  for (const [index, step] of steps.entries()) {
    await options.before(index, steps.length)
    await pause(steps[index - 1], step, options.speed)
    const client = makeClient(options.apiUrl, options.keys.get(step.organisation) ?? '')
    const sentAt = performance.now()
    const accepted = await post(client, step, reportIds, revisions)
    const acceptMs = performance.now() - sentAt
    reportIds.set(step.incident, accepted.reportId)
    revisions.set(step.incident, accepted.revision)
    const { revision, eventId, level } = accepted
    const arrivedAfterMs = await arrivals(eventId, sentAt, options)
    const why = level.reasons[0]?.text.ja ?? ''
    const line = {
      step,
      index,
      revision,
      eventId,
      level: level.value,
      why,
      acceptMs,
      arrivedAfterMs,
    }
    posted.push(line)
    options.onPosted(line)
  }
  return posted
}

interface Accepted {
  readonly reportId: string
  readonly revision: number
  readonly eventId: string
  readonly level: { value: number; reasons: { text: { ja: string } }[] }
}

async function post(
  client: ApiClient,
  step: ScenarioStep,
  reportIds: ReadonlyMap<string, string>,
  revisions: ReadonlyMap<string, number>,
): Promise<Accepted> {
  const body = submissionOf(step, reportIds)
  const reportId = reportIds.get(step.incident)
  const headers: Record<string, string> = { 'idempotency-key': `"${crypto.randomUUID()}"` }
  if (reportId === undefined) {
    return (await client.send('POST', '/v1/reports', { body, headers })) as Accepted
  }
  headers['if-match'] = `"${revisions.get(step.incident)}"`
  const path = `/v1/reports/${reportId}/revisions`
  return (await client.send('POST', path, { body, headers })) as Accepted
}

async function arrivals(eventId: string, sentAt: number, options: ReplayOptions) {
  const until = performance.now() + options.arriveTimeoutMs
  const find = (peer: DemoPeer) => peer.sightings.find((sighting) => sighting.eventId === eventId)
  const awaited = options.peers.filter((peer) => !options.away.has(peer.name))
  while (!awaited.every(find) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return new Map(
    options.peers.map((peer) => {
      const sighting = find(peer)
      return [peer.name, sighting && sighting.receivedAt - sentAt]
    }),
  )
}

async function pause(
  before: ScenarioStep | undefined,
  step: ScenarioStep,
  speed: number,
): Promise<void> {
  if (!before) return
  const gapMs = (Date.parse(step.at) - Date.parse(before.at)) / speed
  await new Promise((resolve) => setTimeout(resolve, Math.min(gapMs, gapMaxMs)))
}
