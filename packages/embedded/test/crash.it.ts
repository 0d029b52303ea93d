import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runSql, waitFor } from '@renkei/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serverProcesses, startElsewhere, tempFolder } from './helpers.ts'

const postmaster = (dataDir: string): number =>
  Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10)

describe('after kill -9', () => {
  test('of the program, no postgres process is left', async () => {
    const folder = tempFolder()
    const starter = startElsewhere({ dataDir: join(folder, 'postgres'), database: 'renkei' })
    const { url } = await starter.started()
    await runSql(url, 'create table kept as select 1 as one')
    await starter.kill('SIGKILL')
    await expect.poll(() => serverProcesses(folder), { timeout: 10_000 }).toEqual([])
  })

  test('of the program, an ephemeral server leaves no folder either', async () => {
    const folder = tempFolder()
    const dataDir = join(folder, 'postgres')
    const starter = startElsewhere({ dataDir, database: 'renkei', ephemeral: true })
    await starter.started()
    await starter.kill('SIGKILL')
    await expect.poll(() => existsSync(dataDir), { timeout: 10_000 }).toBe(false)
    expect(serverProcesses(folder)).toEqual([])
  })

  test('of the program in the middle of its first start, the next start works', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const starter = startElsewhere(options)
    await starter.hear((message) => message.log)
    await starter.kill('SIGKILL')
    const next = startElsewhere(options)
    const { url } = await next.started()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await next.stop()
    await expect.poll(() => serverProcesses(folder), { timeout: 10_000 }).toEqual([])
  })

  test('of the program in the middle of its first start, no half-made data stay for long', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const starter = startElsewhere(options)
    const drafts = (): string[] =>
      readdirSync(options.dataDir).filter((name) => name.startsWith('data.new-'))
    await starter.hear((message) => message.log)
    await waitFor(() => drafts().length > 0)
    await starter.kill('SIGKILL')
    await expect.poll(() => serverProcesses(folder), { timeout: 10_000 }).toEqual([])
    expect(drafts()).toHaveLength(1)
    const next = startElsewhere(options)
    await next.started()
    expect(drafts()).toEqual([])
    await next.stop()
  })

  test('of the postmaster, the next start has every committed row', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = startElsewhere(options)
    const { url, dataDir } = await first.started()
    await runSql(url, 'create table kept as select 1 as one')
    process.kill(postmaster(dataDir), 'SIGKILL')
    await first.kill('SIGKILL')
    const second = startElsewhere(options)
    const again = await second.started()
    expect(again.alreadyRunning).toBe(false)
    expect(await runSql(again.url, 'select one from kept')).toEqual([{ one: 1 }])
    await second.stop()
  })

  test('of program and watchdog, the server left over is found, used and stopped in the end', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = startElsewhere(options)
    const { dataDir } = await first.started()
    for (const pid of serverProcesses(folder, 'watchdog.sh')) process.kill(pid, 'SIGKILL')
    await first.kill('SIGKILL')
    const leftOver = postmaster(dataDir)
    const second = startElsewhere(options)
    expect(await second.started()).toMatchObject({ alreadyRunning: true })
    expect(serverProcesses(folder, 'bin/postgres -D')).toEqual([leftOver])
    await second.stop()
    expect(serverProcesses(folder)).toEqual([])
  })

  test('of the watchdog, a stop still stops the server', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei', ephemeral: true }
    const starter = startElsewhere(options)
    await starter.started()
    for (const pid of serverProcesses(folder, 'watchdog.sh')) process.kill(pid, 'SIGKILL')
    await starter.stop()
    expect(serverProcesses(folder)).toEqual([])
    expect(existsSync(options.dataDir)).toBe(false)
  })

  test('a number in postmaster.pid that went to another process does not stop the next start', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = startElsewhere(options)
    const { dataDir } = await first.started()
    const pidFile = join(dataDir, 'postmaster.pid')
    const left = readFileSync(pidFile, 'utf8')
    await first.stop()
    // Another process of the user that the server runs as: Postgres takes it for a server.
    const { uid, gid } = statSync(dataDir)
    const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {})
    onTestFinished(() => void other.kill())
    writeFileSync(pidFile, left.replace(/^\d+/, String(other.pid)))
    const second = startElsewhere(options)
    expect(await second.started()).toMatchObject({ alreadyRunning: false })
    await second.stop()
    expect(other.exitCode).toBe(null)
  })
})
