import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runSql } from '@renkei/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../src/index.ts'
import { serverProcesses, startElsewhere, tempFolder } from './helpers.ts'

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(options)
  onTestFinished(async () => server.stop())
  return server
}

describe('a first start', () => {
  test('gives a durable UTF-8 server in UTC that only this machine reaches', async () => {
    const folder = tempFolder()
    const server = await start({ dataDir: join(folder, 'postgres'), database: 'renkei' })
    const [row] = await runSql(
      server.url,
      `select current_database() as name, current_setting('server_version_num')::int / 10000 as major,
         current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
         current_setting('full_page_writes') as pages, current_setting('timezone') as zone,
         current_setting('server_encoding') as encoding, current_setting('max_connections') as connections,
         current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
         upper('é連携ﬁ') as upper, 'Z' < 'a' as bytewise`,
    )
    expect(row).toEqual({
      name: 'renkei',
      major: 18,
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      zone: 'UTC',
      encoding: 'UTF8',
      connections: '200',
      listens: '127.0.0.1',
      sockets: '',
      upper: 'É連携ﬁ',
      bytewise: true,
    })
    expect(server.alreadyRunning).toBe(false)
  })

  test('keeps data, password and log from other users, and asks for the password', async () => {
    const folder = tempFolder()
    const dataDir = join(folder, 'postgres')
    const server = await start({ dataDir, database: 'renkei' })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    for (const name of ['password', 'server.log']) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
    }
    const wrong = server.url.replace(/:[0-9a-f]+@/, ':wrong@')
    await expect(runSql(wrong, 'select 1')).rejects.toThrow('password authentication failed')
  })

  test('uses the port and the settings that it was given', async () => {
    const folder = tempFolder()
    const other = await start({ dataDir: join(folder, 'a'), database: 'renkei' })
    await other.stop()
    const settings = { work_mem: '7MB' }
    const { port } = other
    const server = await start({ dataDir: join(folder, 'b'), database: 'renkei', port, settings })
    expect(server.port).toBe(port)
    expect(await runSql(server.url, 'show work_mem')).toEqual([{ work_mem: '7MB' }])
  })
})

describe('a stop', () => {
  test('leaves no process and keeps the data for the next start', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const first = await start(options)
    await runSql(first.url, 'create table kept as select 1 as one')
    await first.stop()
    await first.stop()
    expect(serverProcesses(folder)).toEqual([])
    const second = await start(options)
    expect(await runSql(second.url, 'select one from kept')).toEqual([{ one: 1 }])
  })

  test('of an ephemeral server removes its folder', async () => {
    const folder = tempFolder()
    const dataDir = join(folder, 'postgres')
    const server = await start({ dataDir, database: 'renkei', ephemeral: true })
    expect(await runSql(server.url, 'show fsync')).toEqual([{ fsync: 'off' }])
    await server.stop()
    expect(existsSync(dataDir)).toBe(false)
    expect(serverProcesses(folder)).toEqual([])
  })

  test('comes with the end of a process that never called it', async () => {
    const folder = tempFolder()
    const starter = startElsewhere({ dataDir: join(folder, 'postgres'), database: 'renkei' })
    const { url } = await starter.started()
    await starter.kill('SIGTERM')
    await expect.poll(() => serverProcesses(folder), { timeout: 10_000 }).toEqual([])
    await expect(runSql(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('a restart', () => {
  test('keeps port and data, also after the postmaster was killed', async () => {
    const folder = tempFolder()
    const server = await start({ dataDir: join(folder, 'postgres'), database: 'renkei' })
    await runSql(server.url, 'create table kept as select 1 as one')
    await server.restart()
    expect(await runSql(server.url, 'select one from kept')).toEqual([{ one: 1 }])
    server.kill()
    await server.restart()
    expect(await runSql(server.url, 'select one from kept')).toEqual([{ one: 1 }])
    await server.stop()
    expect(serverProcesses(folder)).toEqual([])
  })
})
