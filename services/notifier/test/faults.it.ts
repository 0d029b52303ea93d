// Receivers that misbehave, each in its own way: what is recorded, when it is tried again, and that
// nobody else notices.

import { newSecret } from '@renkei/webhook'
import { type Receiver, type Reply, retryAfter, startReceiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

const timeoutMs = 3000

interface Case {
  readonly name: string
  readonly reply: Reply
  readonly status: number | null
  readonly reason: RegExp
  /** The least wait before the next attempt; half of five seconds unless asked for more. */
  readonly waitMsMin?: number
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)
const cases: readonly Case[] = [
  { name: 'hang', reply: { kind: 'hang' }, status: null, reason: /no answer in time/ },
  {
    name: 'reset',
    reply: { kind: 'reset', when: 'before_headers' },
    status: null,
    reason: /the connection was (reset|closed)/,
  },
  {
    name: 'reset-later',
    reply: { kind: 'reset', when: 'after_headers' },
    status: 200,
    reason: /broke off after status 200/,
  },
  {
    name: 'drip',
    reply: { kind: 'drip', bytes: 1000, everyMs: 20 },
    status: 200,
    reason: /did not end in time after status 200/,
  },
  {
    name: 'slow-headers',
    reply: { kind: 'slow_headers', everyMs: 20 },
    status: null,
    reason: /no answer in time/,
  },
  { name: 'garbage', reply: { kind: 'garbage' }, status: null, reason: /not HTTP/ },
  {
    name: 'cut-short',
    reply: { kind: 'close_after', bytes: 10 },
    status: 200,
    reason: /broke off after status 200/,
  },
  { name: 'server-error', reply: answer(500), status: 500, reason: /answered 500/ },
  { name: 'client-error', reply: answer(404), status: 404, reason: /answered 404/ },
  { name: 'redirect', reply: { kind: 'redirect', to: '/stolen' }, status: 302, reason: /redirect/ },
  {
    name: 'busy',
    reply: retryAfter(429, 60),
    status: 429,
    reason: /answered 429/,
    waitMsMin: 60_000,
  },
  {
    name: 'busy-until',
    reply: retryAfter(503, inSeconds(90)),
    status: 503,
    reason: /answered 503/,
    waitMsMin: 60_000,
  },
]

function answer(status: number): Reply {
  return { kind: 'answer', status }
}

describe('receivers that misbehave', () => {
  let world: World
  let receiver: Receiver
  let notifier: TestNotifier
  const subscriptionIds = new Map<string, string>()
  const healthy = Array.from({ length: 10 }, (_, nr) => `/healthy/${nr}`)
  let event: Awaited<ReturnType<World['accept']>>

  beforeAll(async () => {
    ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
    for (const { name, reply } of cases) {
      receiver.always(`/${name}`, reply)
      const { subscriptionId } = await world.subscribe({ url: receiver.url(`/${name}`) })
      subscriptionIds.set(name, subscriptionId)
    }
    receiver.always('/gone', answer(410))
    const gone = await world.subscribe({ url: receiver.url('/gone') })
    subscriptionIds.set('gone', gone.subscriptionId)
    for (const path of healthy) await world.subscribe({ url: receiver.url(path) })
    notifier = await startTestNotifier(world.url, {
      RENKEI_SWEEP_MS: '50',
      RENKEI_WEBHOOK_TIMEOUT_MS: String(timeoutMs),
    })
    event = await world.accept({ level: 1 })
    // Of each, and not so many in all: some are tried again before the slowest is tried at all.
    const tried = () => world.sql('SELECT DISTINCT subscription_id FROM delivery_attempts')
    const subscribed = subscriptionIds.size + healthy.length
    await waitFor(async () => (await tried()).length === subscribed, { timeoutMs: 20_000 })
  })

  afterAll(async () => {
    await notifier.stop()
    await Promise.all([receiver.close(), world.close()])
  })

  test.each(cases)('$name: the attempt is recorded and comes again', async (expected) => {
    const id = subscriptionIds.get(expected.name)!
    const [attempt] = await world.sql(
      `SELECT attempt, result, status, reason FROM delivery_attempts
       WHERE subscription_id = '${id}' ORDER BY attempt`,
    )
    expect(attempt).toEqual({
      attempt: 1,
      result: 'retry',
      status: expected.status,
      reason: expect.stringMatching(expected.reason) as string,
    })
    const [waiting] = await world.sql(
      `SELECT q.lane, q.attempts, q.reason,
         extract(epoch FROM q.due_at - a.started_at)::float8 * 1000 AS "waitMs"
       FROM delivery_queue q JOIN delivery_attempts a
         ON a.seq = q.seq AND a.subscription_id = q.subscription_id AND a.attempt = q.attempts
       WHERE q.subscription_id = '${id}'`,
    )
    expect(waiting).toMatchObject({ lane: 'retry' })
    expect(waiting!['reason']).toMatch(expected.reason)
    expect(waiting!['waitMs']).toBeGreaterThanOrEqual(expected.waitMsMin ?? 2500)
  })

  test('410 ends the delivery as refused, at once and with its reason', async () => {
    const id = subscriptionIds.get('gone')!
    const outcomes = await world.sql(
      `SELECT outcome, attempts, reason FROM delivery_outcomes WHERE subscription_id = '${id}'`,
    )
    expect(outcomes).toEqual([
      { outcome: 'refused', attempts: 1, reason: 'answered 410: the receiver wants no more' },
    ])
  })

  test('the others have it before the first of the sick has run into its time limit', async () => {
    const [{ ended } = {}] = await world.sql(
      `SELECT min(started_at + duration_ms * interval '1 ms') AS ended FROM delivery_attempts
       WHERE duration_ms >= ${timeoutMs - 20}`,
    )
    for (const path of healthy) {
      const [request] = receiver.at(path)
      expect(request!.receivedAt.getTime()).toBeLessThan((ended as Date).getTime())
    }
  })

  test('a redirect is not followed', () => {
    expect(receiver.at('/redirect')).not.toEqual([])
    expect(receiver.at('/stolen')).toEqual([])
  })

  test('the ledger says so, and all end once their receivers are well', async () => {
    const counts = { owed: 23, delivered: 10, refused: 1, waiting: 12, dead: 0, superseded: 0 }
    expect(await world.ledger(event.eventId)).toMatchObject({ ...counts, balances: true })
    for (const { name } of cases) receiver.always(`/${name}`, answer(200))
    // Again and again: what was under way at that moment has failed once more.
    const anew = 'UPDATE delivery_queue SET due_at = now() WHERE claimed_by IS NULL'
    await waitFor(
      async () => {
        await world.sql(anew)
        return (await world.ledger(event.eventId)).waiting === 0
      },
      { timeoutMs: 20_000 },
    )
    const ledger = await world.ledger(event.eventId)
    expect(ledger).toMatchObject({ ...counts, delivered: 22, waiting: 0, balances: true })
    for (const { name } of cases) expect(receiver.at(`/${name}`).length, name).toBeGreaterThan(1)
  })

  test('what nobody took for too long ends as dead, with the last reason', async () => {
    receiver.always('/hang', answer(502))
    const recordedAt = new Date(Date.now() - 721 * 3_600_000)
    const late = await world.accept({ level: 4, recordedAt })
    await world.settled([late])
    const outcomes = await world.sql(
      `SELECT outcome, attempts, reason FROM delivery_outcomes
       WHERE seq = ${late.seq} AND subscription_id = '${subscriptionIds.get('hang')}'`,
    )
    const reason = expect.stringMatching(/answered 502/) as string
    expect(outcomes).toEqual([{ outcome: 'dead', attempts: 1, reason }])
    receiver.always('/hang', answer(200))
  })

  test('a secret that cannot sign holds up its own delivery only, and is retried', async () => {
    const broken = await world.subscribe({ url: receiver.url('/broken') })
    await world.change(broken, { secret: 'none' })
    const next = await world.accept({ level: 4 })
    await receiver.waitFor(() => healthy.every((path) => receiver.at(path).length === 3))
    // It is tried again slowly: somebody has to mend it.
    await waitFor(async () => {
      const [row] = await world.sql(`SELECT attempts, reason FROM delivery_queue
        WHERE subscription_id = '${broken.subscriptionId}' AND claimed_by IS NULL`)
      return row?.['attempts'] === 1 && String(row['reason']) !== ''
    })
    await world.change(broken, { secret: newSecret() })
    await world.sql('UPDATE delivery_queue SET due_at = now() WHERE claimed_by IS NULL')
    await world.settled([next])
    expect(receiver.at('/broken')).toHaveLength(1)
    expect(await world.unbalanced()).toBe(0)
  })
})
