// The positive list and the field sets are total at compile time: a member that is added to the
// contract, at whatever depth, fails the type check until somebody says who may see it. Each case is
// a copy of the rules beside a contract with one more member; one compiler run, a test for each.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const source = fileURLToPath(new URL('../', import.meta.url))
const contractFile = 'generated/report.gen.ts'
const files = [
  'filter/ranked.ts',
  'projection/audience.ts',
  'projection/field-rules.ts',
  'sharing/share.ts',
]
const contract = readFileSync(join(source, contractFile), 'utf8')
const parts = [...contract.matchAll(/^export interface (\w+) \{$/gm)].map(([, name = '']) => name)
const shapes = { optional: 'added?: string', list: 'added: { inner?: number }[]' }
const cases = parts.flatMap((part) => Object.keys(shapes).map((shape) => [part, shape] as const))

let folder: string
let refused: ReadonlyMap<string, readonly string[]>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-new-field-'))
  write('tsconfig.json', JSON.stringify({ extends: join(root, 'tsconfig.base.json') }))
  write('package.json', '{ "type": "module" }')
  copyRules('unchanged', contract)
  for (const [part, shape] of cases) {
    const member = shapes[shape as keyof typeof shapes]
    copyRules(`${part}-${shape}`, contract.replace(`export interface ${part} {`, `$&\n  ${member}`))
  }
  refused = typeCheck()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the contract as it is passes', () => {
  expect(refused.get('unchanged')).toBeUndefined()
  expect(parts).toEqual(expect.arrayContaining(['Report', 'Area', 'Contact', 'Leak', 'Bilingual']))
})

test.each(cases)('a new member of %s (%s) is refused by the positive list', (part, shape) => {
  expect(refused.get(`${part}-${shape}`)).toContain('projection/field-rules.ts')
})

test.each(Object.keys(shapes))('a new field of a report (%s) needs a field set', (shape) => {
  expect(refused.get(`Report-${shape}`)).toContain('sharing/share.ts')
})

function copyRules(name: string, changed: string): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true })
    cpSync(join(source, file), join(folder, name, file))
  }
  write(join(name, contractFile), changed)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** The files that do not pass, by the case they are of. */
function typeCheck(): ReadonlyMap<string, readonly string[]> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, '-p', folder, '--noEmit', '--types', '', '--pretty', 'false'],
    { encoding: 'utf8', cwd: folder, maxBuffer: 64 * 1024 * 1024 },
  )
  const found = new Map<string, string[]>()
  for (const [, name = '', file = ''] of stdout.matchAll(/^([\w-]+)\/(.+?)\(\d+,\d+\): error /gm)) {
    found.set(name, [...(found.get(name) ?? []), file])
  }
  if (found.size === 0) throw new Error(`The compiler found nothing:\n${stdout}${stderr}`)
  return found
}
