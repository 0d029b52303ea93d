// The reporter at work, in a vitest of its own on a small project.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../system/paths.ts'

const reporter = fileURLToPath(new URL('skip-reporter.ts', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-reporter-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const files = {
    'package.json': '{ "type": "module" }',
    'vitest.config.ts': `
      import { SkipReporter } from ${JSON.stringify(reporter)}
      const noSkips = process.env['NO_SKIPS'] === 'true'
      export default { test: { include: ['*.case.ts'], reporters: [new SkipReporter({ noSkips })] } }`,
    'passes.case.ts': `
      import { test } from 'vitest'
      test('adds up', () => undefined)`,
    'skips.case.ts': `
      import { describe, test } from 'vitest'
      describe.skipIf(true)('needs a moon', () => {
        test('shines', () => undefined)
        test('wanes', () => undefined)
      })
      test('asks', ({ skip }) => skip('nobody is there'))
      test('works', () => undefined)`,
    'fails.case.ts': `
      import { test } from 'vitest'
      test('is wrong', () => { throw new Error('wrong') })`,
    'broken.case.ts': `throw new Error('does not load')`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('names what was skipped with the reason, and lets it pass', () => {
  expect(run('passes', 'skips')).toEqual({
    status: 0,
    lines: [
      'Skipped, 3 tests, by name:',
      '  skips.case.ts › needs a moon',
      '    ↓ shines',
      '    ↓ wanes',
      '  skips.case.ts',
      '    ↓ asks: nobody is there',
      '2 passed, 0 failed',
    ],
  })
})

test('counts a skip as a failure where nothing may be skipped', () => {
  const { status, lines } = run('passes', 'skips', '--no-skips')
  expect(status).toBe(1)
  expect(lines.slice(-2)).toEqual([
    'Nothing may be skipped here: 3 skipped tests count as failed.',
    '2 passed, 3 failed',
  ])
})

test('passes without a skip where nothing may be skipped', () => {
  expect(run('passes', '--no-skips')).toEqual({ status: 0, lines: ['1 passed, 0 failed'] })
})

test('counts a test that fails and a file that does not load', () => {
  expect(run('passes', 'fails', 'broken')).toEqual({ status: 1, lines: ['1 passed, 2 failed'] })
})

test('takes what -t leaves out as not asked for', () => {
  expect(run('passes', '-t', 'adds', '--no-skips')).toEqual({
    status: 0,
    lines: ['1 passed, 0 failed'],
  })
  expect(run('skips', '-t', 'works', '--no-skips')).toEqual({
    status: 0,
    lines: ['1 passed, 0 failed'],
  })
})

function run(...args: string[]): { status: number | null; lines: string[] } {
  const noSkips = args.includes('--no-skips')
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...args.filter((a) => a !== '--no-skips'),
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, NO_SKIPS: String(noSkips) },
    },
  )
  return { status, lines: stdout.split('\n').filter((line) => line.trim() !== '') }
}
