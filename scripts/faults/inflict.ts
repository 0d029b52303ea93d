// Does to the running system what a fault of the plan says, and heals it when its time is over.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { OK, type Reply, retryAfter } from '@renkei/testkit'
import type { FeedReader } from './feed-readers.ts'
import type { Fault, FaultKind } from './plan.ts'
import type { Endpoint } from './receivers.ts'
import type { FaultySystem } from './system.ts'

export interface Scene {
  readonly system: FaultySystem
  readonly endpoints: readonly Endpoint[]
  readonly readers: readonly FeedReader[]
  /** Where a redirect that is followed would arrive. */
  readonly trapUrl: string
  /** Told when the store of bells is wiped or gone. */
  readonly onRedisLost: () => void
}

/** Resolves when the fault is over and what it met is well again. */
export async function inflict(fault: Fault, scene: Scene): Promise<void> {
  const reply = replies[fault.kind]?.(fault, scene)
  if (reply) return answerBadly(fault, scene, reply)
  const act = acts[fault.kind]
  if (!act) throw new Error(`nobody knows how to inflict ${fault.kind}`)
  await act(fault, scene)
}

type Acts = Partial<Record<FaultKind, (fault: Fault, scene: Scene) => Promise<void>>>

const acts: Acts = {
  'kill-api': ({ lastsMs }, { system }) => killForAWhile(system.api, lastsMs),
  'pause-api': ({ lastsMs }, { system }) => stopForAWhile(system.api, lastsMs),
  'kill-notifier': (fault, { system }) => killForAWhile(notifierOf(fault, system), fault.lastsMs),
  'pause-notifier': (fault, { system }) => stopForAWhile(notifierOf(fault, system), fault.lastsMs),
  'wipe-redis': async (_, { system, onRedisLost }) => {
    await system.redis?.flush()
    onRedisLost()
  },
  'stop-redis': async ({ lastsMs }, { system, onRedisLost }) => {
    await system.redis?.kill()
    onRedisLost()
    await pause(lastsMs)
    await system.redis?.restart()
  },
  'silence-redis': ({ lastsMs }, { system }) => silence(system.redisLine, lastsMs),
  'restart-postgres': (_, { system }) => system.postgres.restart(),
  'shut-postgres-at-once': ({ lastsMs }, { system }) => shutAtOnce(system, lastsMs),
  'kill-postgres': async ({ lastsMs }, { system }) => {
    system.postgres.kill()
    await pause(lastsMs)
    await system.postgres.restart()
  },
  'cut-postgres': async (_, { system }) => system.postgresLine.cut(),
  'silence-postgres': ({ lastsMs }, { system }) => silence(system.postgresLine, lastsMs),
  'close-receiver': async (fault, { endpoints }) => {
    const line = endpoints[fault.index]?.line
    await line?.refuse()
    await pause(fault.lastsMs)
    await line?.restore()
  },
  'silence-receiver': (fault, { endpoints }) =>
    silence(endpoints[fault.index]?.line, fault.lastsMs),
  'cut-receiver': async ({ index }, { endpoints }) => endpoints[index]?.line.cut(),
  rebind,
  'lose-names': loseName,
  'cut-readers': async (_, { readers }) => {
    for (const reader of readers) reader.cut()
  },
}

const replies: Partial<Record<FaultKind, (fault: Fault, scene: Scene) => Reply>> = {
  hang: () => ({ kind: 'hang' }),
  drip: () => ({ kind: 'drip', bytes: 60, everyMs: 500 }),
  'slow-headers': () => ({ kind: 'slow_headers', everyMs: 200 }),
  reset: ({ variant }) => ({
    kind: 'reset',
    when: variant % 2 === 0 ? 'before_headers' : 'after_headers',
  }),
  'break-off': () => ({ kind: 'close_after', bytes: 20 }),
  garbage: () => ({ kind: 'garbage' }),
  'huge-answer': () => ({ kind: 'huge_body', bytes: 5_000_000 }),
  'answer-500': ({ variant }) => ({
    kind: 'answer',
    status: [500, 502, 503, 504][variant % 4] ?? 500,
  }),
  'answer-429': ({ variant }) => retryAfter(429, 1 + (variant % 3)),
  redirect: ({ variant }, { trapUrl }) => ({
    kind: 'redirect',
    to: variant % 2 === 0 ? 'http://169.254.169.254/latest/meta-data/' : trapUrl,
    status: variant % 3 === 0 ? 307 : 302,
  }),
}

async function answerBadly(fault: Fault, { endpoints }: Scene, reply: Reply): Promise<void> {
  const endpoint = endpoints[fault.index]
  endpoint?.replies.always(endpoint.path, reply)
  await pause(fault.lastsMs)
  endpoint?.replies.always(endpoint.path, OK)
}

const notifierOf = ({ index }: Fault, { notifiers, api }: FaultySystem) => notifiers[index] ?? api

type Place = FaultySystem['api']

async function killForAWhile(place: Place, lastsMs: number): Promise<void> {
  await place.kill()
  await pause(lastsMs)
  await place.start()
}

async function stopForAWhile(place: Place, lastsMs: number): Promise<void> {
  place.signal('SIGSTOP')
  await pause(lastsMs)
  place.signal('SIGCONT')
}

async function silence(line: FaultySystem['redisLine'], lastsMs: number): Promise<void> {
  line?.blackhole()
  await pause(lastsMs)
  await line?.restore()
}

// SIGQUIT: what Postgres calls an immediate shutdown; it recovers at its next start.
async function shutAtOnce({ postgres }: FaultySystem, lastsMs: number): Promise<void> {
  const file = await readFile(join(postgres.dataDir, 'postmaster.pid'), 'utf8')
  process.kill(Number.parseInt(file, 10), 'SIGQUIT')
  await pause(lastsMs)
  await postgres.restart()
}

// Its open connections break, so that the name is asked for again, and the name now leads elsewhere.
async function rebind(fault: Fault, { system, endpoints }: Scene): Promise<void> {
  const endpoint = endpoints[fault.index]
  if (!endpoint?.host) return
  const elsewhere = ['169.254.169.254', '169.254.170.2', '0.0.0.0', '10.0.0.1'][fault.variant % 4]
  system.names.say(endpoint.host, [elsewhere ?? ''])
  await endpoint.line.refuse()
  await pause(fault.lastsMs)
  system.names.say(endpoint.host, ['127.0.0.1'])
  await endpoint.line.restore()
}

async function loseName(fault: Fault, { system, endpoints }: Scene): Promise<void> {
  const endpoint = endpoints[fault.index]
  if (!endpoint?.host) return
  if (fault.variant % 2 === 0) system.names.silence(endpoint.host)
  else system.names.say(endpoint.host, [])
  endpoint.line.cut()
  await pause(fault.lastsMs)
  system.names.say(endpoint.host, ['127.0.0.1'])
}
