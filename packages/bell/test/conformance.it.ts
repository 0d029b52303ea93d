// What bells promise, the same for both stores. Every test has a bell and a listener of its own on
// a server of this file's own, so that stopping it disturbs nobody.

import { performance } from 'node:perf_hooks'
import { waitFor } from '@renkei/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BellListener, lanes, listenForBells, openBell } from '../src/index.ts'
import type { Bell, Lane } from '../src/index.ts'
import { type StoreUnderTest, storesUnderTest } from './stores.ts'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)

for (const { name, missing, start } of storesUnderTest) {
  const title = missing === undefined ? `bells on ${name}` : `bells on ${name}: ${missing}`
  describe.skipIf(missing !== undefined)(title, () => {
    let server: StoreUnderTest
    let open: (() => Promise<void>)[]

    beforeAll(async () => {
      process.on('unhandledRejection', note)
      server = await start()
    })
    afterAll(async () => {
      await server?.end()
      process.off('unhandledRejection', note)
    })
    beforeEach(() => {
      open = []
      unhandled.length = 0
    })
    afterEach(async () => {
      for (const close of open.toReversed()) await close()
      expect(unhandled).toEqual([])
      await server.wipe()
    })

    test('a ring is heard within 200 ms, each lane by itself', async () => {
      const { bell, ears } = await ringing()
      for (const lane of lanes) {
        const before = { ...ears.heard }
        bell.ring(lane)
        await waitFor(() => ears.heard[lane] > before[lane], { timeoutMs: 200, everyMs: 2 })
        expect(ears.heard).toEqual({ ...before, [lane]: before[lane] + 1 })
      }
    })

    test('1,000 rings make few bells, the first at once and one after the last', async () => {
      const { bell, ears } = await ringing()
      const before = ears.heard.level4
      for (let ring = 0; ring < 1_000; ring += 1) bell.ring('level4')
      await waitFor(() => ears.heard.level4 === before + 2)
      expect(bell.counters).toEqual({ rung: 1_000, coalesced: 998, failed: 0 })
    })

    test('a ring during a handler is heard after it', async () => {
      const { bell, ears } = await ringing()
      let again = true
      ears.onRing = () => {
        if (again) bell.ring('level3')
        again = false
      }
      const before = ears.heard.level3
      bell.ring('level3')
      await waitFor(() => ears.heard.level3 === before + 2)
    })

    test('a handler that throws costs no later ring', async () => {
      const { bell, ears } = await ringing()
      ears.onRing = () => {
        throw new Error('handler at fault')
      }
      for (let ring = 0; ring < 3; ring += 1) await hears(bell, ears, 'retry')
      expect(ears.log.filter((line) => line === 'bell.handler-failed')).toHaveLength(3)
    })

    test('of two listeners one hears each ring', async () => {
      const { bell, ears } = await ringing()
      const others = await listening()
      const total = () => ears.heard.level4 + others.heard.level4
      for (let ring = 0; ring < 30; ring += 1) {
        const before = total()
        bell.ring('level4')
        await waitFor(() => total() === before + 1, { everyMs: 1 })
      }
    })

    test('the next ring is heard after the store was wiped', async () => {
      const { bell, ears } = await ringing()
      await hears(bell, ears, 'level4')
      await server.wipe()
      for (const lane of lanes) await hears(bell, ears, lane)
    })

    test('a ring before anybody listens is heard by the first who does', async () => {
      const bell = await ringingAlone()
      bell.ring('level3')
      await waitFor(() => bell.counters.rung === 1 && bell.state() === 'up')
      const ears = await listening()
      await waitFor(() => lanes.every((lane) => ears.heard[lane] >= 1))
    })

    test('a stopped store: rings neither throw nor wait, and are heard after its return', async () => {
      const { bell, ears } = await ringing()
      await server.stop()
      const slow = slowRings(bell, 1_000)
      expect(slow).toEqual([])
      await waitFor(() => bell.state() === 'down')
      expect(slowRings(bell, 1_000)).toEqual([])
      const before = { ...ears.heard }
      await server.start()
      await waitFor(() => bell.state() === 'up', patient)
      await waitFor(() => lanes.every((lane) => ears.heard[lane] > before[lane]), patient)
      for (const lane of lanes) await hears(bell, ears, lane)
      expect(ears.log).toEqual(['bell.up', 'bell.down', 'bell.up'])
    })

    test('a store that is not there at the start is used once it comes', async () => {
      await server.stop()
      const bell = openBell(server.store)
      open.push(() => bell.close())
      bell.ring('level4')
      const ears = ear()
      // A connection of the pool may outlive its killed server by a moment, and be up before it is down.
      await waitFor(() => ears.log.at(-1) === 'bell.down' && bell.state() === 'down')
      await server.start()
      await ears.listener.ready()
      await waitFor(() => bell.state() === 'up', patient)
      await hears(bell, ears, 'level4')
      expect(ears.log.slice(-2)).toEqual(['bell.down', 'bell.up'])
    })

    test('a silent line counts as down and is left for a new one', async () => {
      const { bell, ears } = await ringing()
      server.line.blackhole()
      expect(slowRings(bell, 100)).toEqual([])
      await waitFor(() => bell.state() === 'down')
      expect(bell.counters.failed).toBeGreaterThan(0)
      await server.line.restore()
      await waitFor(() => bell.state() === 'up', patient)
      for (const lane of lanes) await hears(bell, ears, lane)
    })

    test('closing ends within 3 s with the store up, silent or gone', async () => {
      const well = await ringing()
      expect(await closing(well.bell, well.ears.listener)).toBeLessThan(3_000)

      const silent = await ringing()
      server.line.blackhole()
      silent.bell.ringAll()
      expect(await closing(silent.bell, silent.ears.listener)).toBeLessThan(3_000)
      await server.line.restore()

      const gone = await ringing()
      await server.stop()
      gone.bell.ringAll()
      expect(await closing(gone.bell, gone.ears.listener)).toBeLessThan(3_000)
      await server.start()
    })

    test('closing a listener before the store came rejects those who wait for it', async () => {
      await server.stop()
      const { listener } = ear()
      const refused = expect(listener.ready()).rejects.toThrow('closed')
      await listener.close()
      await refused
      await server.start()
    })

    test('rings after closing do nothing', async () => {
      const { bell, ears } = await ringing()
      await bell.close()
      const before = ears.heard.level4
      expect(slowRings(bell, 10)).toEqual([])
      const other = await ringingAlone()
      await hears(other, ears, 'level4')
      expect(ears.heard.level4).toBe(before + 1)
    })

    async function ringing() {
      const ears = await listening()
      return { bell: await ringingAlone(), ears }
    }

    async function ringingAlone(): Promise<Bell> {
      const bell = openBell(server.store)
      open.push(() => bell.close())
      await waitFor(() => bell.state() === 'up')
      return bell
    }

    async function listening(): Promise<Ear> {
      const ears = ear()
      await ears.listener.ready()
      return ears
    }

    function ear(): Ear {
      const heard: Record<Lane, number> = {
        level4: 0,
        level3: 0,
        level0to2: 0,
        retry: 0,
        replay: 0,
      }
      const log: string[] = []
      const write = (_fields: object, line: string) => void log.push(line)
      const ears: Omit<Ear, 'listener'> = { heard, log, onRing: () => undefined }
      const hear = (lane: Lane) => {
        heard[lane] += 1
        ears.onRing()
      }
      const options = { log: { info: write, warn: write } }
      const listener = listenForBells(server.store, hear, options)
      open.push(() => listener.close())
      return Object.assign(ears, { listener })
    }
  })
}

const patient = { timeoutMs: 15_000 }

interface Ear {
  readonly heard: Record<Lane, number>
  readonly log: string[]
  readonly listener: BellListener
  onRing: () => void
}

async function hears(bell: Bell, ears: Ear, lane: Lane): Promise<void> {
  const before = ears.heard[lane]
  bell.ring(lane)
  await waitFor(() => ears.heard[lane] > before, { everyMs: 2 })
}

/** The times in ms of rings that took 5 ms or longer, without the one in a hundred that a busy machine costs. */
function slowRings(bell: Bell, count: number): number[] {
  const times = Array.from({ length: count }, (_, ring) => {
    const start = performance.now()
    bell.ring(lanes[ring % lanes.length]!)
    return performance.now() - start
  })
  const slow = times.filter((ms) => ms >= 5)
  return slow.length <= count / 100 ? [] : slow
}

async function closing(bell: Bell, listener: BellListener): Promise<number> {
  const start = performance.now()
  await Promise.all([bell.close(), listener.close()])
  return performance.now() - start
}
