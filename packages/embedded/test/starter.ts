// Run as a process of its own by the tests: starts a server with the options in argv, says how it
// went in one line of JSON, and stops when told on standard input.

import { createInterface } from 'node:readline'
import { startEmbeddedPostgres } from '../src/index.ts'
import type { EmbeddedPostgresOptions } from '../src/index.ts'

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const options = JSON.parse(process.argv[2] ?? '') as EmbeddedPostgresOptions

process.on('SIGINT', () => say({ heard: 'SIGINT' }))
try {
  const server = await startEmbeddedPostgres({ ...options, log: (line) => say({ log: line }) })
  say({ started: server })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'stop') break
  }
  await server.stop()
  say({ stopped: true })
} catch (cause) {
  const { message, code } = cause as { message: string; code?: string }
  say({ failed: { message, code } })
}
