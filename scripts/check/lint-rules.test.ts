// The rules on imports, sizes and style are real: a small repository in which every file breaks one of
// them, linted with our configuration. One run, a test for each file.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../system/paths.ts'
import { kept, refused } from './lint-cases.ts'

let folder: string
let found: Map<string, string[]>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-lint-'))
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(root, name), join(folder, name))
  }
  write('package.json', '{ "type": "module" }')
  mkdirSync(join(folder, 'node_modules/@renkei'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  for (const name of ['bell', 'db']) {
    const manifest = { name: `@renkei/${name}`, type: 'module', exports: './src/index.ts' }
    write(`packages/${name}/package.json`, JSON.stringify(manifest))
    symlinkSync(`../../packages/${name}`, join(folder, 'node_modules/@renkei', name))
  }
  for (const [path, , text] of refused) write(path, text)
  for (const [path, text] of kept) write(path, text)
  found = lint()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(refused)('refuses %s: %s', (path, rule) => {
  expect(found.get(path) ?? []).toContain(rule)
})

test.each(kept)('lets %s pass', (path) => {
  expect(found.get(path) ?? []).toEqual([])
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function lint(): Map<string, string[]> {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '-f', 'unix'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      // Where it finds the linter that knows types.
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
    },
  )
  const rules = new Map<string, string[]>()
  for (const [, path = '', rule = ''] of stdout.matchAll(
    /^(.+?):\d+:\d+: .*\[\w+\/[\w-]+\(([\w-]+)\)\]$/gm,
  )) {
    rules.set(path, [...(rules.get(path) ?? []), rule])
  }
  if (rules.size === 0) throw new Error(`oxlint found nothing:\n${stdout}${stderr}`)
  return rules
}
