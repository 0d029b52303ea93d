import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runSql, waitFor } from '@renkei/testkit'
import { describe, expect, test } from 'vitest'
import { serverProcesses, startElsewhere, tempFolder } from './helpers.ts'

describe('several processes on the same data', () => {
  test('a second start uses the running server, and its stop leaves that alone', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = startElsewhere(options)
    const { port, url } = await first.started()
    const second = startElsewhere({ ...options, database: 'other' })
    expect(await second.started()).toMatchObject({ alreadyRunning: true, port })
    await second.stop()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await first.stop()
    expect(serverProcesses(folder)).toEqual([])
  })

  test('the server outlives the process that started it for as long as another uses it', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = startElsewhere(options)
    await first.started()
    const second = startElsewhere(options)
    const { url } = await second.started()
    await first.stop()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await second.kill()
    await expect.poll(() => serverProcesses(folder), { timeout: 10_000 }).toEqual([])
  })

  test('starters at the same moment on a fresh folder end with one server for all', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const starters = [startElsewhere(options), startElsewhere(options), startElsewhere(options)]
    const started = await Promise.all(starters.map(async (starter) => starter.started()))
    expect(started.filter(({ alreadyRunning }) => !alreadyRunning)).toHaveLength(1)
    expect(new Set(started.map(({ url }) => url)).size).toBe(1)
    expect(serverProcesses(folder, 'bin/postgres -D')).toHaveLength(1)
    await Promise.all(starters.map(async (starter) => starter.stop()))
    expect(serverProcesses(folder)).toEqual([])
  })

  test('a start while the last user stops the server waits and gets a server that stays', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const last = startElsewhere(options)
    await last.started()
    const [postmaster = 0] = serverProcesses(folder, 'bin/postgres -D')
    // Frozen, the server cannot stop until we let it.
    process.kill(postmaster, 'SIGSTOP')
    const stopping = last.stop()
    await waitFor(() => existsSync(join(options.dataDir, 'closing')))
    const next = startElsewhere(options)
    await next.hear(({ log }) => log?.match(/^Waiting for the server/))
    process.kill(postmaster, 'SIGCONT')
    const { url, alreadyRunning } = await next.started()
    await stopping
    expect(alreadyRunning).toBe(false)
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await next.stop()
    expect(serverProcesses(folder)).toEqual([])
  })

  test('Ctrl-C reaches the program first: the server still answers while it winds up', async () => {
    const folder = tempFolder()
    const starter = startElsewhere({ dataDir: join(folder, 'postgres'), database: 'renkei' })
    const { url } = await starter.started()
    process.kill(-starter.pid, 'SIGINT')
    await starter.hear((message) => message.heard)
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await starter.stop()
    expect(serverProcesses(folder)).toEqual([])
  })
})
