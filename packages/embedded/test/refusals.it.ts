import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runSql } from '@renkei/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import { isRoot, serverProcesses, startElsewhere, tempFolder } from './helpers.ts'

const NOBODY = 65_534

describe('a start refuses, in words that help,', () => {
  test('a taken port, by its number', async () => {
    const folder = tempFolder()
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei', port }
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    })
    expect(serverProcesses(folder)).toEqual([])
  })

  test('data of another major version, and leaves them as they are', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const server = await startEmbeddedPostgres(options)
    await server.stop()
    const file = join(server.dataDir, 'PG_VERSION')
    writeFileSync(file, '15\n')
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({
      code: 'wrong_version',
      message: expect.stringMatching(/made by Postgres 15, this is Postgres 18/),
    })
    expect(readFileSync(file, 'utf8')).toBe('15\n')
  })

  test('a data folder that is not complete, and leaves it as it is', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const server = await startEmbeddedPostgres(options)
    await server.stop()
    execFileSync('rm', [join(server.dataDir, 'PG_VERSION')])
    const before = readdirSync(server.dataDir)
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({ code: 'data_damaged' })
    expect(readdirSync(server.dataDir)).toEqual(before)
  })

  test('a folder that holds something else, and touches nothing in it', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'letter.txt'), 'dear')
    const options = { dataDir: folder, database: 'renkei', ephemeral: true }
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({ code: 'folder_unusable' })
    expect(readdirSync(folder)).toEqual(['letter.txt'])
  })

  test('to be ephemeral on lasting data', async () => {
    const folder = tempFolder()
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const server = await startEmbeddedPostgres(options)
    await server.stop()
    await expect(startEmbeddedPostgres({ ...options, ephemeral: true })).rejects.toMatchObject({
      code: 'folder_unusable',
      message: expect.stringContaining('holds lasting data'),
    })
    expect(existsSync(server.dataDir)).toBe(true)
  })

  test('settings that Postgres does not know, with what Postgres said', async () => {
    const folder = tempFolder()
    const settings = { no_such_setting: '1' }
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei', settings }
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('unrecognized configuration parameter "no_such_setting"'),
    })
    expect(serverProcesses(folder)).toEqual([])
  })
})

// An ordinary user must be able to run this repository's Node and scripts.
const starter = fileURLToPath(new URL('starter.ts', import.meta.url))
const nobody = { uid: NOBODY, gid: NOBODY }
const asNobody = isRoot && spawnSync(process.execPath, ['--check', starter], nobody).status === 0

describe.skipIf(!asNobody)('with other users (needs root, and a repository all may enter)', () => {
  test('an ordinary user starts, shares and stops a server', async () => {
    const folder = tempFolder()
    chownSync(folder, NOBODY, NOBODY)
    const options = { dataDir: join(folder, '.renkei', 'postgres'), database: 'renkei' }
    const starter = startElsewhere(options, { uid: NOBODY })
    const { url } = await starter.started()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    const root = startElsewhere(options)
    expect(await root.started()).toMatchObject({ alreadyRunning: true })
    await starter.stop()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await root.stop()
    expect(serverProcesses(folder)).toEqual([])
  })

  test('root runs the server on the data of an ordinary user as that user', async () => {
    const folder = tempFolder()
    chownSync(folder, NOBODY, NOBODY)
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const user = startElsewhere(options, { uid: NOBODY })
    await user.started()
    await user.stop()
    const root = await startEmbeddedPostgres(options)
    await root.stop()
    const again = startElsewhere(options, { uid: NOBODY })
    expect(await again.started()).toMatchObject({ alreadyRunning: false })
    await again.stop()
  })

  test('a folder in which an ordinary user may not write is named', async () => {
    const folder = tempFolder()
    const dataDir = join(folder, 'postgres')
    const starter = startElsewhere({ dataDir, database: 'renkei' }, { uid: NOBODY })
    const { code, message } = await starter.failed()
    expect(code).toBe('folder_unusable')
    expect(message).toContain(`Cannot write in ${dataDir}. Give this user the right to write there`)
  })

  test('data that belong to another user are refused to an ordinary user', async () => {
    const folder = tempFolder()
    chmodSync(folder, 0o777)
    const options = { dataDir: join(folder, 'postgres'), database: 'renkei' }
    const server = await startEmbeddedPostgres(options)
    onTestFinished(async () => server.stop())
    const other = startElsewhere(options, { uid: NOBODY })
    expect(await other.failed()).toMatchObject({ code: 'folder_unusable' })
  })
})

describe.skipIf(!isRoot)('with little space (needs root, to mount a small disk)', () => {
  test('a full disk is named, and with space the next start works', async ({ skip }) => {
    const folder = tempFolder()
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=755', 'tmpfs', disk])
    if (mount.status !== 0) skip('a small disk cannot be mounted here')
    onTestFinished(() => void execFileSync('umount', ['-l', disk]))
    const options = { dataDir: join(disk, 'postgres'), database: 'renkei' }
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining(`The disk that holds ${options.dataDir} is full`),
    })
    expect(readdirSync(options.dataDir).filter((name) => name.startsWith('data'))).toEqual([])
    execFileSync('mount', ['-o', 'remount,size=300m', disk])
    const server = await startEmbeddedPostgres(options)
    expect(await runSql(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
    // Full again, now with data that were complete.
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=1M'])
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({ code: 'disk_full' })
    rmSync(join(disk, 'filler'))
    const again = await startEmbeddedPostgres(options)
    await again.stop()
  })
})
