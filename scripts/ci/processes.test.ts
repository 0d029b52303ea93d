// What CI takes for "still running" is what the system says.

import { spawn } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { descendantsOf, killAll, stillAlive } from './processes.ts'

test('finds a child and its child, and knows when they have ended', async () => {
  const script = 'sleep 60 & wait'
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const family = await vi.waitFor(async () => {
    const found = (await descendantsOf(process.pid)).filter(({ command }) =>
      /sleep 60/.test(command),
    )
    expect(found.map(({ command }) => command)).toEqual([`/bin/sh -c ${script}`, 'sleep 60'])
    return found
  })
  expect(await stillAlive(family)).toHaveLength(2)
  killAll(family)
  await ended
  await vi.waitFor(async () => expect(await stillAlive(family)).toEqual([]))
  killAll(family)
})

test('takes a process that has the number of an ended one for another', async () => {
  const [parent] = await descendantsOf(process.ppid)
  expect(parent).toBeDefined()
  expect(await stillAlive([{ ...parent!, startedAt: '1' }])).toEqual([])
})
