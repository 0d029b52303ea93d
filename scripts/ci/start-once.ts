// Starts Renkei as an operator does, has a report accepted, stops it, and looks for what stayed behind.

import { spawn } from 'node:child_process'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { root, stateFolder } from '../system/paths.ts'
import { descendantsOf, killAll, stillAlive } from './processes.ts'

const readyTimeoutMs = 90_000
const stopTimeoutMs = 60_000

// On ports that are free, so that a Renkei that is running here is in nobody's way.
const env = { ...process.env, RENKEI_API_PORT: '0', RENKEI_NOTIFIER_PORT: '0' }
const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))

try {
  await startUseStop()
} catch (error) {
  console.error(`FAILED: ${(error as Error).message}`)
  process.exitCode = 1
  killAll(await descendantsOf(process.pid))
}

async function startUseStop(): Promise<void> {
  const urls = await within(readyTimeoutMs, 'be ready', readUrls())
  const location = await postReport(urls.api)
  const metrics = await fetch(new URL('/metrics', urls.notifier))
  assert.equal(metrics.status, 200, 'the notifier answers')

  const family = await descendantsOf(process.pid)
  console.log(`${family.length} processes; stopping`)
  child.kill('SIGTERM')
  assert.equal(await within(stopTimeoutMs, 'stop', ended), 0, 'npm start ends with 0 after SIGTERM')
  await untilGone(family)
  console.log(`${location} was accepted, and everything has ended`)
}

async function readUrls(): Promise<{ api: string; notifier: string }> {
  const found: Record<string, string> = {}
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The key is good for this clone only; it still does not belong into a log.
      console.log(line.replace(/rk_\w+/g, 'rk_…'))
      const [, name, url] = /^\s+(API|Notifier)\s+(http:\/\/[^/\s]+)/.exec(line) ?? []
      if (name && url) found[name] = url
      const { API: api, Notifier: notifier } = found
      if (api && notifier) resolve({ api, notifier })
    })
    void ended.then((code) => reject(new Error(`npm start ended with ${code} before it was ready`)))
  })
}

async function postReport(api: string): Promise<string> {
  // Made with the first organisation, so on an empty database only.
  const key = (await readFile(`${stateFolder}first-key`, 'utf8')).trim()
  const report = await readFile(`${root}packages/schema/vectors/valid/flash-minimal.json`, 'utf8')
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const posted = await fetch(new URL('/v1/reports', api), { method: 'POST', headers, body: report })
  assert.equal(posted.status, 201, `the report is accepted: ${await posted.clone().text()}`)
  const location = posted.headers.get('location') ?? ''
  const read = await fetch(new URL(location, api), { headers })
  assert.equal(read.status, 200, `the report is there: ${await read.text()}`)
  return location
}

async function untilGone(family: Awaited<ReturnType<typeof descendantsOf>>): Promise<void> {
  let left = await stillAlive(family)
  for (let tries = 0; left.length > 0 && tries < 100; tries += 1) {
    await pause(100)
    left = await stillAlive(family)
  }
  assert.deepEqual(
    left.map(({ command }) => command),
    [],
    'nothing is left running',
  )
}

async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  const limit = new AbortController()
  const late = pause(timeoutMs, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`npm start did not ${what} within ${timeoutMs / 1000} s`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    limit.abort()
    late.catch(() => undefined)
  }
}
