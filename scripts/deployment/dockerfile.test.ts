// The Dockerfile names things that exist, and all that the services need. That they load and run from
// nothing else is tried by the image itself when it is made.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readApiConfig } from '../../services/api/src/config.ts'
import { readNotifierConfig } from '../../services/notifier/src/config.ts'
import { root } from '../system/paths.ts'
import { ours } from './compose.ts'
import { leastEnv } from './settings.ts'

interface Instruction {
  readonly word: string
  readonly rest: string
}

const instructions: Instruction[] = readFileSync(`${root}Dockerfile`, 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }))

const of = (word: string) => instructions.filter((one) => one.word === word).map(({ rest }) => rest)
const copied = of('COPY')
  .filter((rest) => !rest.startsWith('--'))
  .flatMap((rest) => rest.split(' ').slice(0, -1))

test('every stage that is copied from is there, on the Node that .node-version names', () => {
  const stages = of('FROM').map((rest) => rest.split(' AS ')[1])
  const sources = of('COPY').flatMap((rest) => /^--from=(\S+)/.exec(rest)?.[1] ?? [])
  expect(sources.length).toBeGreaterThan(0)
  expect(stages).toEqual(expect.arrayContaining(sources))
  const major = readFileSync(`${root}.node-version`, 'utf8').trim()
  for (const from of of('FROM')) expect(from).toMatch(new RegExp(`^node:${major}-`))
})

test('every file that is copied exists and is not kept out by .dockerignore', () => {
  const lets = readFileSync(`${root}.dockerignore`, 'utf8').match(/(?<=^!).+/gm) ?? []
  for (const path of copied) {
    expect(existsSync(`${root}${path}`), path).toBe(true)
    expect(lets, path).toContain(path.split('/')[0])
  }
})

test('the manifest of every workspace is there before npm ci', () => {
  const manifests = globSync('{packages,services}/*/package.json', { cwd: root })
  expect(manifests.length).toBeGreaterThan(5)
  expect(copied).toEqual(expect.arrayContaining(manifests))
  expect(of('RUN')[0]).toContain('npm ci --omit=dev')
})

test('every script that a container runs is in the image', () => {
  const commands = of('CMD').map((rest) => (JSON.parse(rest) as string[])[1])
  const scripts = [...commands, ...ours.map(([, { command = [] }]) => command[1])]
  for (const script of scripts) {
    expect(
      copied.some((path) => script === path || script?.startsWith(`${path}/`)),
      script,
    ).toBe(true)
  }
})

// What the runbooks tell an operator to run, beside the services themselves.
const operators = ['audit', 'deliveries', 'keys', 'mail', 'migrate', 'vault']
const entries = [
  'services/api/src/main.ts',
  'services/notifier/src/main.ts',
  ...operators.map((name) => `scripts/${name}.ts`),
]
const importing =
  /^(?:import|export)\s(?!type\s)(?:[\w$*{},\s]+\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

test('every file that a service or a script of the operator imports is in the image', () => {
  const isCopied = (path: string) =>
    copied.some((place) => path === place || path.startsWith(`${place}/`)) &&
    !/\/test\/|\.test\.ts$|^packages\/testkit\/src\//.test(path)
  const reached = reach(entries)
  expect(reached.size).toBeGreaterThan(300)
  expect([...reached].filter((path) => !isCopied(path))).toEqual([])
})

test('every script of the operator is loaded once when the image is made', () => {
  expect(of('RUN').join('\n')).toContain(`for script in ${operators.join(' ')};`)
})

// All files that are loaded with these. Types are erased, and packages from elsewhere are npm's.
function reach(from: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const waiting = [...from]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    if (!path.endsWith('.ts')) continue
    const text = readFileSync(`${root}${path}`, 'utf8')
    for (const [, fixed, dynamic] of text.matchAll(importing)) {
      const specifier = fixed ?? dynamic ?? ''
      const [, name, rest] = /^@renkei\/([\w-]+)(\/.+)?$/.exec(specifier) ?? []
      if (specifier.startsWith('.')) waiting.push(join(dirname(path), specifier))
      else if (name !== undefined) waiting.push(fileOf(name, rest))
      else if (path.startsWith('scripts/')) expect(specifier, path).toMatch(/^node:/)
    }
  }
  return seen
}

function fileOf(name: string, rest = ''): string {
  const manifest = readFileSync(`${root}packages/${name}/package.json`, 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: Record<string, string> }
  const path = exports[`.${rest}`] ?? `.${rest}`
  return join('packages', name, path)
}

test('runs as an ordinary user and exposes the ports of the services', () => {
  expect(instructions.at(-1)?.word).toBe('CMD')
  expect(of('USER').at(-1)).toBe('node')
  const { port } = readApiConfig(leastEnv)
  const { healthPort } = readNotifierConfig(leastEnv)
  expect(of('EXPOSE')).toEqual([`${port} ${healthPort}`])
  expect(of('ENV').join('\n')).toContain('NODE_COMPILE_CACHE=')
})
