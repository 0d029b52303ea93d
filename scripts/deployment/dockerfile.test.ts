// The Dockerfile names things that exist, and all that the services need. That they load and run from
// nothing else is tried by the image itself when it is made.

import { existsSync, globSync, readFileSync } from 'node:fs'
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

test('runs as an ordinary user and exposes the ports of the services', () => {
  expect(instructions.at(-1)?.word).toBe('CMD')
  expect(of('USER').at(-1)).toBe('node')
  const { port } = readApiConfig(leastEnv)
  const { healthPort } = readNotifierConfig(leastEnv)
  expect(of('EXPOSE')).toEqual([`${port} ${healthPort}`])
  expect(of('ENV').join('\n')).toContain('NODE_COMPILE_CACHE=')
})
