// npm run deliveries as an operator types it: a process on a real database.

import { execFile } from 'node:child_process'
import { type Receiver, startReceiver } from '@renkei/testkit'
import type { Subscription } from '@renkei/db'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier } from '../../test/support/notifier.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import { root } from '../system/paths.ts'

let world: World
let receiver: Receiver
let subscription: Subscription

beforeAll(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})
afterAll(async () => {
  await Promise.all([receiver.close(), world.close()])
})
beforeEach(async () => {
  await world.sql(`DELETE FROM delivery_queue; DELETE FROM endpoint_health;
    UPDATE subscriptions SET state = 'ended'`)
  subscription = await world.subscribe({ url: receiver.url('/hook') })
})

// Each command is a process of its own.
const patience = { timeout: 120_000 }

interface Said {
  readonly code: number
  readonly out: string
}

function deliveries(...words: string[]): Promise<Said> {
  const env = { ...process.env, DATABASE_URL: world.url }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${root}scripts/deliveries.ts`, ...words],
      { env, timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 99) : 0, out: stdout + stderr }),
    )
  })
}

const id = () => subscription.subscriptionId

/** An event that is owed to the subscription, and waits or has ended. */
async function owed(row: { due: string } | { outcome: string }, level: 0 | 3 = 3) {
  const event = await world.accept({ level, recordedAt: new Date(Date.now() - 3_600_000) })
  const { seq, reportId } = event
  await world.sql(`UPDATE fan_outs SET owed = 1, completed_at = now() WHERE seq = ${seq}`)
  await world.sql(
    'outcome' in row
      ? `INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
         VALUES (${seq}, '${id()}', '${row.outcome}', 'answered 400', 3)`
      : `INSERT INTO delivery_queue
         (seq, subscription_id, report_id, revision, lane, level, due_at, ordered, attempts, reason)
         VALUES (${seq}, '${id()}', '${reportId}', 1, 'retry', ${level}, ${row.due}, false, 3,
           'answered 503')`,
  )
  return event
}

const trail = () =>
  world.sql(`SELECT action, organisation_id AS by, object_owner AS owner, object_ids[1] AS id
    FROM audit_entries WHERE chain = 'write' AND organisation_id IS NULL ORDER BY seq DESC LIMIT 1`)
const recorded = async (action: string, objectId = id()) => {
  const owner = subscription.organisationId
  expect(await trail()).toEqual([{ action, by: null, owner, id: objectId }])
}
const failing = (members = '') =>
  world.sql(`INSERT INTO endpoint_health (subscription_id, state, consecutive_failures,
      failing_since, probe_at, last_reason, updated_at${members && ', switched_off_at'})
    VALUES ('${id()}', 'open', 7, now() - interval '1 hour', now() + interval '1 hour',
      'answered 503', now()${members})`)

describe('stuck', () => {
  test('ends with 0 when nothing is', patience, async () => {
    const { code, out } = await deliveries('stuck')
    expect({ code, out }).toMatchObject({ code: 0 })
    expect(out).toContain('nothing has waited for more than 300 s')
  })

  test(
    'names what waits, why, and the endpoint that fails, and ends with 1',
    patience,
    async () => {
      const event = await owed({ due: `'infinity'` })
      await failing()
      const { code, out } = await deliveries('stuck', '--older-than', '60')
      expect(code).toBe(1)
      expect(out).toContain(`level 3  ${subscription.organisationId}  subscription ${id()}`)
      expect(out).toContain(event.eventId)
      expect(out).toMatch(
        /3 attempts: answered 503; the endpoint is failing; it is tried again at 2/,
      )
      expect(out).toMatch(/endpoint open since .* \(7 failures\)/)
      expect((await deliveries('stuck', '--older-than', '7200')).out).toContain(
        'nothing has waited',
      )
    },
  )
})

test('status counts notifiers, endpoints and what waits', patience, async () => {
  await owed({ due: `'infinity'` })
  const { code, out } = await deliveries('status')
  expect(code).toBe(0)
  expect(out).toContain('notifiers: 0 alive')
  expect(out).toContain('endpoints: 1 closed')
  expect(out).toMatch(/'retry'.*│ 3 .*│ 1 .*│ 1 /)
})

describe('drain and switch-on', () => {
  test('make due what is held, on record', patience, async () => {
    await owed({ due: `'infinity'` })
    await failing()
    expect(await deliveries('drain', id())).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 deliveries are due now'),
    })
    expect(await world.sql('SELECT due_at <= now() AS due FROM delivery_queue')).toEqual([
      { due: true },
    ])
    expect(await world.sql('SELECT * FROM endpoint_health')).toEqual([])
    await recorded('subscription.drained')
  })

  test('an endpoint is switched on only when it is off', patience, async () => {
    await failing()
    expect(await deliveries('switch-on', id())).toMatchObject({ code: 1 })
    await world.sql('UPDATE endpoint_health SET switched_off_at = now()')
    const { code, out } = await deliveries('switch-on', id())
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('--failed-since 2'),
    })
    await recorded('subscription.switchedOn')
  })
})

describe('pause and resume', () => {
  test('one subscription, with its reason, on record', patience, async () => {
    await owed({ due: 'now()' })
    expect(await deliveries('pause', id())).toMatchObject({
      code: 1,
      out: expect.stringContaining('--reason is needed'),
    })
    expect((await deliveries('pause', id(), '--reason', 'flood')).code).toBe(0)
    const state = () =>
      world.sql(`SELECT state, state_reason AS why FROM subscriptions
      WHERE subscription_id = '${id()}'`)
    expect(await state()).toEqual([{ state: 'paused', why: 'operator: flood' }])
    await recorded('subscription.paused')
    expect((await deliveries('stuck')).out).toContain(
      'waits until the subscription is active again',
    )
    expect(await deliveries('drain', id())).toMatchObject({ code: 1 })
    expect((await deliveries('resume', id())).code).toBe(0)
    expect(await state()).toEqual([{ state: 'active', why: null }])
    await recorded('subscription.resumed')
    expect((await deliveries('resume', id())).code).toBe(1)
  })

  test('all of an organisation, but not what its owner has paused', patience, async () => {
    const { organisationId } = subscription
    const own = await world.subscribe({ url: receiver.url('/own'), organisationId })
    await world.change(own, { state: 'paused' })
    const all = ['--organisation', organisationId]
    expect(await deliveries('pause', ...all, '--reason', 'move')).toEqual({
      code: 0,
      out: '1 paused\n',
    })
    expect(await deliveries('resume', ...all)).toEqual({ code: 0, out: '1 resumed\n' })
    const states = await world.sql(`SELECT state FROM subscriptions
      WHERE organisation_id = '${organisationId}' ORDER BY state`)
    expect(states).toEqual([{ state: 'active' }, { state: 'paused' }])
  })
})

describe('replay', () => {
  test('is begun, sent by a notifier and watched to its end', patience, async () => {
    const event = await owed({ outcome: 'dead' })
    await owed({ outcome: 'delivered' })
    const notifier = await startTestNotifier(world.url, { RENKEI_SWEEP_MS: '50' })
    try {
      const since = ['--failed-since', '2000-01-01T00:00:00Z']
      const { code, out } = await deliveries('replay', id(), ...since, '--watch')
      expect({ code, out }).toMatchObject({ code: 0 })
      expect(out).toMatch(/replay \S+: 1 deliveries, 20 a second at most/)
      expect(out).toContain('completed: 1 delivered, 0 failed')
    } finally {
      await notifier.stop()
    }
    expect(receiver.requests.at(-1)!.headers['webhook-id']).toBe(event.eventId)
    const [{ id: replayId } = {}] = await trail()
    await recorded('replay.started', String(replayId))
    expect(await world.ledger(event.eventId)).toMatchObject({ delivered: 1, balances: true })
  })

  test('is cancelled with its reason', patience, async () => {
    await owed({ outcome: 'delivered' })
    const { out } = await deliveries('replay', id(), '--all', '--standing', 'delivered')
    const [, replayId = ''] = /replay (\S+):/.exec(out) ?? []
    expect((await deliveries('replay', id(), '--all')).out).toContain('is running')
    expect((await deliveries('cancel', replayId, '--reason', 'wrong day')).code).toBe(0)
    await recorded('replay.cancelled', replayId)
    expect(await deliveries('cancel', replayId, '--reason', 'again')).toMatchObject({ code: 1 })
    expect((await deliveries('watch', replayId)).out).toContain('(operator: wrong day)')
  })
})

test.each([
  [[], /npm run deliveries -- status/],
  [['stuck', '--colour', 'red'], /npm run deliveries -- status/],
  [['stuck', '--limit', 'x'], /--limit must be a whole number/],
  [['replay', 'x'], /SUBSCRIPTION_ID is needed/],
  [['replay', '00000000-0000-4000-8000-000000000000', '--all'], /there is no subscription/],
  [['replay', '00000000-0000-4000-8000-000000000000'], /one of --event/],
  [['watch', '00000000-0000-4000-8000-000000000000'], /there is no replay/],
  [['pause', '--reason', 'x'], /which/],
])('%j is refused with the reason and 1', patience, async (words, reason) => {
  const { code, out } = await deliveries(...words)
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(reason) })
})
