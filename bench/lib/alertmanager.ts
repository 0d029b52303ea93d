// The peer of the deliveries: Alertmanager as Debian packages it, with one webhook for each endpoint
// of the receiver and no waiting of its own.

import { spawn, spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import type { Post } from './one-burst.ts'
import { onStop } from './stops.ts'

const program = 'prometheus-alertmanager'

export interface Alertmanager {
  readonly alertsUrl: string
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>
}

/** The version when it is installed. */
export function alertmanagerVersion(): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return status === 0 ? /version (\S+)/.exec(stdout + stderr)?.[1] : undefined
}

/** Starts one that sends every alert to every URL. */
export async function startAlertmanager(urls: readonly string[]): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'renkei-alertmanager-'))
  const port = await freePort()
  await writeFile(`${folder}/config.json`, JSON.stringify(configOf(urls)))
  const options = [
    `--config.file=${folder}/config.json`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ]
  const log = openSync(`${folder}/log`, 'a')
  // It ends with us, however we end: our end of the pipe closes, `read` returns, the shell kills it.
  const script = '"$@" & read -r _; kill "$!"; wait'
  const shell = spawn('/bin/sh', ['-c', script, 'sh', program, ...options], {
    stdio: ['pipe', log, log],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
  let stopped: Promise<void> | undefined
  const stop = () =>
    (stopped ??= (async () => {
      shell.stdin?.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    })())
  onStop(stop)
  const base = `http://127.0.0.1:${port}`
  await untilReady(`${base}/-/ready`, () => readFileSync(`${folder}/log`, 'utf8'))
  return { alertsUrl: `${base}/api/v2/alerts`, stop }
}

// JSON is YAML.
function configOf(urls: readonly string[]) {
  return {
    route: {
      receiver: 'all',
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '4h',
    },
    receivers: [
      { name: 'all', webhook_configs: urls.map((url) => ({ url, send_resolved: false })) },
    ],
  }
}

const readyMsMax = 15_000

async function untilReady(url: string, log: () => string): Promise<void> {
  const until = performance.now() + readyMsMax
  while (performance.now() < until) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${program} was not ready in ${readyMsMax} ms:\n${log().slice(-2000)}`)
}

/** An alert of about the size of a report; it ends soon, so that it does not burden the next one. */
export function writeAlert(url: string): Post {
  const alert = {
    labels: { alertname: 'congestion', incident: crypto.randomUUID(), severity: 'critical' },
    annotations: { description: '東京都で音声通話がつながりにくい状況'.repeat(30) },
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 2000).toISOString(),
  }
  return { url, headers: {}, body: JSON.stringify([alert]) }
}
