// What waits, what fails, and what should not be.

import {
  countEndpoints,
  countNotifiers,
  type Db,
  listFailing,
  listLate,
  listRunningReplays,
  readBacklog,
  readFindings,
} from '@renkei/db'
import { numberOf, type Wish } from './arguments.ts'
import { progressRow } from './replays.ts'

/** Says how deliveries stand. */
export async function status(db: Db): Promise<boolean> {
  const { alive, silent } = await countNotifiers(db)
  console.log(`notifiers: ${alive} alive, ${silent} silent without having signed off`)
  const endpoints = await countEndpoints(db)
  const states = endpoints.map(({ state, count }) => `${count} ${state}`)
  console.log(`endpoints: ${states.join(', ') || 'none'}`)
  const backlog = await readBacklog(db)
  if (backlog.length === 0) console.log('waiting: nothing')
  else
    console.table(
      backlog.map(({ lane, level, waiting, held, oldestSeconds }) => {
        const overdue = `${Math.round(oldestSeconds)} s`
        return { lane, level, waiting, held, 'longest due': overdue }
      }),
    )
  const running = await listRunningReplays(db, 100)
  if (running.length > 0) console.table(running.map(progressRow))
  await sayFindings(db)
  return true
}

async function sayFindings(db: Db): Promise<boolean> {
  const { lookedAt, findings } = await readFindings(db)
  const { unbalanced = [], stuck: overdue = [] } = findings
  console.log(`the reconciler looked last: ${lookedAt?.toISOString() ?? 'never'}`)
  for (const { eventId, owed, ended, waiting } of unbalanced) {
    console.log(`UNBALANCED event ${eventId}: owed ${owed}, ended ${ended}, waiting ${waiting}`)
  }
  for (const { what, lane, count, oldest } of overdue) {
    console.log(`STUCK ${count} ${what} in ${lane}, the oldest due since ${oldest}`)
  }
  return unbalanced.length + overdue.length > 0
}

/** Lists what has waited too long, with reasons; gives false when there is anything. */
export async function stuck(db: Db, { values }: Wish): Promise<boolean> {
  const seconds = numberOf('older-than', values['older-than'], {
    min: 0,
    max: 31_536_000,
    fallback: 300,
  })
  const limit = numberOf('limit', values.limit, { min: 1, max: 10_000, fallback: 50 })
  const late = await listLate(db, { olderThanMs: seconds * 1000, limit })
  const failing = await listFailing(db, limit)
  if (late.length === 0) console.log(`nothing has waited for more than ${seconds} s`)
  for (const delivery of late) {
    const { level, organisationId, subscriptionId, eventId, attempts, recordedAt } = delivery
    console.log(
      `level ${level}  ${organisationId}  subscription ${subscriptionId}  event ${eventId}
    since ${recordedAt.toISOString()}, ${attempts} attempts: ${delivery.reason}; ${delivery.waitsFor}`,
    )
  }
  for (const { organisationId, subscriptionId, state, waiting, ...endpoint } of failing) {
    const { failingSince, failures, lastReason, nextTryAt } = endpoint
    const since = failingSince ? ` since ${failingSince.toISOString()} (${failures} failures)` : ''
    const next = nextTryAt ? `; next try ${nextTryAt.toISOString()}` : ''
    console.log(`endpoint ${state}${since}  ${organisationId}  subscription ${subscriptionId}
    ${waiting} waiting; ${lastReason ?? 'no reason given'}${next}`)
  }
  const defects = await sayFindings(db)
  // A pause on purpose, for which nothing waits, is no trouble.
  const trouble = failing.filter(({ state, waiting }) => state !== 'paused' || waiting > 0)
  return late.length === 0 && trouble.length === 0 && !defects
}
