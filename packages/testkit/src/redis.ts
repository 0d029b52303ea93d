// A real Redis (or Valkey) for tests: the one that REDIS_URL names, or a process of our own that
// keeps nothing, or none when neither is there; then suites are skipped with the reason.

import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killWithUs } from './kill-with-us.ts'
import { waitFor } from './wait-for.ts'

export type TestRedis = {
  url: string
  /** False for the server of REDIS_URL, which can be flushed but neither killed nor restarted. */
  isOurs: boolean
  stop(): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  /** Wipes the database that the URL names. */
  flush(): Promise<void>
}

const PROGRAMS = ['redis-server', 'valkey-server']

/** The reason to skip what needs Redis, or undefined when it can be had. */
export function redisSkipReason(): string | undefined {
  if (givenUrl() !== undefined || findProgram() !== undefined) return undefined
  return 'Redis is not installed: apt-get install redis-server, or set REDIS_URL'
}

/** A Redis to test with, undefined where there is none. Stop it when done. */
export async function startRedis(): Promise<TestRedis | undefined> {
  const url = givenUrl()
  if (url !== undefined) return given(url)
  const program = findProgram()
  return program === undefined ? undefined : startOurs(program)
}

function givenUrl(): string | undefined {
  return process.env['TEST_REDIS_URL'] || process.env['REDIS_URL'] || undefined
}

function findProgram(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0)
}

function given(url: string): TestRedis {
  const refuse = async (): Promise<void> => {
    throw new Error('The server of REDIS_URL is not ours to kill or restart')
  }
  return {
    url,
    isOurs: false,
    stop: async () => undefined,
    kill: refuse,
    restart: refuse,
    flush: async () => flush(url),
  }
}

async function startOurs(program: string): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'renkei-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const start = async (): Promise<ChildProcess> => run(program, port, folder)
  let child = await start()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
  return {
    url,
    isOurs: true,
    stop: async () => {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
    kill: async () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL')
      child = await start()
    },
    flush: async () => flush(url),
  }
}

async function run(program: string, port: number, folder: string): Promise<ChildProcess> {
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder]
  const child = spawn(program, [...settings, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  killWithUs(child)
  await waitFor(
    async () => (await command(`redis://127.0.0.1:${port}`, ['PING'])).includes('+PONG'),
    {
      what: `${program} on port ${port}`,
    },
  )
  return child
}

async function flush(url: string): Promise<void> {
  const answer = await command(url, ['FLUSHDB'])
  if (!answer.includes('+OK')) throw new Error(`FLUSHDB: ${answer}`)
}

// Two words of the protocol are not worth a client; inline commands are a line each.
async function command(url: string, words: string[]): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const login = password ? [`AUTH ${username || 'default'} ${decodeURIComponent(password)}`] : []
  const select = pathname.length > 1 ? [`SELECT ${pathname.slice(1)}`] : []
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port || 6379), hostname)
    socket.setEncoding('utf8').setTimeout(5_000, () => socket.destroy(new Error('Redis is silent')))
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.once('error', reject).once('end', () => resolve(answer))
    socket.write([...login, ...select, words.join(' '), 'QUIT', ''].join('\r\n'))
  })
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
