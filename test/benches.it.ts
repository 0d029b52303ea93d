// Each benchmark of the deliveries runs to its result at a tiny size. What it measures here says nothing.

import { createTestDatabase, spawnService, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// Services, receivers and a peer start and stop in each.
vi.setConfig({ testTimeout: 240_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const tiny = ['--runs', '1', '--seconds', '1', '--scale', '0.001']

test.for(['growth', 'overtake', 'sick', 'sustained'])(
  '%s ends with its result in one line',
  async (name) => {
    const bench = spawnService(['bench/run.ts', name, ...tiny], { DATABASE_URL: database.url })
    const { code } = await bench.ended
    expect({ code, lines: bench.lines }).toMatchObject({ code: 0 })
    const result = JSON.parse(bench.lines.at(-1) ?? '') as Record<string, unknown>
    expect(result).toMatchObject({ name, runs: 1, unit: expect.any(String) as string })
    expect(result['ours']).toBeGreaterThan(0)
    expect(result['toReach']).toBeDefined()
  },
)
