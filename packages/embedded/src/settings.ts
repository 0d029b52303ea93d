// The settings the server runs with, given on its command line so that the data folder holds none.

import { freemem, totalmem } from 'node:os'

const GIGABYTE = 1024 ** 3

/** Settings for a small machine; the caller's own win. Ephemeral data give up crash safety. */
export function serverSettings(
  port: number,
  ephemeral: boolean,
  own: Record<string, string>,
): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: sharedBuffers(),
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %d ',
    ...(ephemeral ? EPHEMERAL : DURABLE),
    ...own,
    port: String(port),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }

const EPHEMERAL = { fsync: 'off', full_page_writes: 'off', autovacuum_naptime: '1h' }

function sharedBuffers(): string {
  // A container's limit counts before the machine's memory.
  const limit = process.constrainedMemory()
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  if (total >= 2 * GIGABYTE && freemem() >= GIGABYTE) return '256MB'
  return total >= GIGABYTE ? '128MB' : '32MB'
}
