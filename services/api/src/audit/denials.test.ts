import type { Access } from '@renkei/db'
import { fakeClock } from '@renkei/testkit'
import { expect, test } from 'vitest'
import { type Denial, makeDenialLog } from './denials.ts'

const clock = fakeClock('2026-11-22T12:00:00Z')

function denial(members: Partial<Denial> = {}): Denial {
  return {
    at: clock.now(),
    organisationId: null,
    keyId: null,
    requestId: 'r',
    address: '192.0.2.1',
    action: 'access.denied',
    objectType: 'report',
    objectIds: [],
    detail: { attempted: 'report.read', status: 401 },
    group: 'source 192.0.2.1',
    ...members,
  }
}

function makeLog(
  limits: Partial<{ rowsMax: number; rowsMaxOfAll: number; groupsMax: number }> = {},
) {
  const written: Access[] = []
  const state = { broken: false, refused: (_: Access) => false }
  const log = makeDenialLog({
    record: async (accesses) => {
      // As a recorder that waits for nothing more: all of it or none.
      if (state.broken || accesses.length > 100) throw new Error('no database')
      return accesses.map((access) => {
        if (state.refused(access)) return { status: 'rejected', reason: new Error('refused') }
        written.push(access)
        return { status: 'fulfilled', value: undefined }
      })
    },
    sliceRowsMax: 100,
    rowsMax: 3,
    rowsMaxOfAll: 100,
    groupsMax: 10,
    ...limits,
  })
  const counted = () =>
    written.reduce((sum, { detail }) => sum + ((detail as { count?: number }).count ?? 1), 0)
  return { log, written, state, counted }
}

test('the first attempt of a kind is written at once, its repeats as one row with a count', async () => {
  const { log, written } = makeLog()
  for (let count = 0; count < 1000; count += 1) await log.denied(denial())
  expect(written).toHaveLength(1)
  clock.advance(1000)
  await log.denied(denial())
  await log.endWindow()
  expect(written[1]).toMatchObject({
    at: clock.now(),
    detail: {
      attempted: 'report.read',
      status: 401,
      count: 1000,
      since: '2026-11-22T12:00:00.000Z',
    },
  })
  expect(written).toHaveLength(2)
})

test('attempts of many kinds from one address get so many rows, and one for the rest', async () => {
  const { log, written, counted } = makeLog()
  for (let id = 0; id < 500; id += 1) await log.denied(denial({ objectIds: [String(id)] }))
  await log.endWindow()
  expect(written).toHaveLength(4)
  expect(written.at(-1)).toMatchObject({ address: '192.0.2.1', detail: { count: 497 } })
  expect(counted()).toBe(500)
})

test('a flood from many addresses is bounded, and counted to the last attempt', async () => {
  const { log, written, counted } = makeLog({ groupsMax: 10, rowsMaxOfAll: 20 })
  for (let host = 0; host < 5000; host += 1) {
    await log.denied(denial({ group: `source ${host}`, address: `10.0.0.${host}` }))
  }
  await log.endWindow()
  expect(written.length).toBe(10 + 1)
  expect(counted()).toBe(5000)
  expect(written.at(-1)).toMatchObject({ address: null })
})

test('a new minute begins anew', async () => {
  const { log, written } = makeLog()
  await log.denied(denial())
  await log.endWindow()
  await log.denied(denial())
  expect(written).toHaveLength(2)
  await log.endWindow()
  expect(written).toHaveLength(2)
})

test('what cannot be written stays counted until it can', async () => {
  const { log, written, state, counted } = makeLog()
  await log.denied(denial())
  for (let count = 0; count < 4; count += 1) await log.denied(denial())
  state.broken = true
  await expect(log.endWindow()).rejects.toThrow('no database')
  await expect(log.denied(denial({ objectIds: ['x'] }))).rejects.toThrow('no database')
  await log.denied(denial())
  state.broken = false
  await log.endWindow()
  expect(counted()).toBe(7)
  expect(written).toHaveLength(3)
})

test('an outage of three minutes is carried within bounds, and is on record in full afterwards', async () => {
  const { log, written, state, counted } = makeLog({
    rowsMax: 50,
    rowsMaxOfAll: 400,
    groupsMax: 20,
  })
  let attempts = 0
  state.broken = true
  for (let minute = 0; minute < 3; minute += 1) {
    for (let host = 0; host < 30; host += 1) {
      for (let id = 0; id < 60; id += 1) {
        attempts += 1
        const objectIds = [`${minute}-${id}`]
        await log.denied(denial({ group: `source ${minute}-${host}`, objectIds })).catch(() => {})
      }
    }
    await expect(log.endWindow()).rejects.toThrow('no database')
  }
  state.broken = false
  await log.endWindow()
  expect(counted()).toBe(attempts)
  // Kinds of their own, one sum for the rest of each group, one for those without a group.
  expect(written.length).toBeLessThanOrEqual(400 + 20 + 1)
  await log.endWindow()
  expect(counted()).toBe(attempts)
})

test('only what was not written is written again', async () => {
  const { log, written, state, counted } = makeLog({ rowsMax: 300, rowsMaxOfAll: 300 })
  for (let id = 0; id < 250; id += 1) {
    await log.denied(denial({ objectIds: [String(id)] }))
    await log.denied(denial({ objectIds: [String(id)] }))
  }
  state.refused = ({ objectIds }) => objectIds[0] === '120'
  await expect(log.endWindow()).rejects.toThrow('refused')
  expect(written).toHaveLength(250 + 199)
  state.refused = () => false
  await log.endWindow()
  expect(counted()).toBe(500)
  expect(written).toHaveLength(500)
})
