// A short run of npm run faults: what is broken on purpose loses nothing, and a loss is found. The long run
// has 200 faults (docs/faults.md).

import { redisSkipReason } from '@renkei/testkit'
import { expect, test, vi } from 'vitest'
import { defects } from '../scripts/faults/defects.ts'
import { measureWithoutRedis } from '../scripts/faults/redis-minute.ts'
import { runFaults } from '../scripts/faults/run.ts'

// Each starts a database and three processes of its own.
vi.setConfig({ testTimeout: 180_000 })

const short = { seed: 20_261, faults: 8, minutes: 0.1, perSecond: 8 }

function listener() {
  const lines: string[] = []
  return { lines, say: (line: string) => void lines.push(line) }
}

test('8 faults lose nothing, bring nothing out of order and leave the books balanced', async () => {
  const { lines, say } = listener()
  const { totals, faults } = await runFaults({ ...short, say })
  expect({ faults, lines }).toMatchObject({ faults: [] })
  expect(totals.accepted).toBeGreaterThan(10)
  expect(totals).toMatchObject({ dead: 0, owed: totals.delivered + totals.superseded })
  expect(lines.filter((line) => / #\d+ /.test(line))).toHaveLength(short.faults)
})

test('a delivery that is swallowed on its way is found to be lost', async () => {
  const { say } = listener()
  const defect = defects['swallow']?.()
  const { totals, faults } = await runFaults({ ...short, faults: 1, minutes: 0.04, defect, say })
  expect(totals.lost).toBeGreaterThan(0)
  expect(faults[0]).toContain('never reached')
})

test.skipIf(redisSkipReason() !== undefined)(
  `with Redis stopped, reports of level 4 arrive within 2 s ${redisSkipReason() ?? ''}`,
  async () => {
    const { reports, worstMs } = await measureWithoutRedis({ seconds: 3, say: () => undefined })
    expect(reports).toBeGreaterThan(1)
    expect(worstMs).toBeLessThan(2000)
  },
)
