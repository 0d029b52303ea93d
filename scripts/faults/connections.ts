// Whether any of the services ever turns to a link-local address such as 169.254.169.254, where clouds
// keep credentials: the kernel's own list of connections, looked at many times a second (Linux only).

import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'

export interface Watch {
  stop(): void
}

const everyMs = 50
const table = '/proc/net/tcp'
// 169.254.0.0/16 as the kernel writes it: bytes in reverse, hexadecimal.
const linkLocal = /^[0-9A-F]{4}FEA9:/

/** Watches until it is stopped; undefined where the list cannot be read. */
export function watchConnections(
  pids: () => readonly (number | undefined)[],
  onAlarm: (alarm: string) => void,
): Watch | undefined {
  if (!existsSync(table)) return undefined
  const told = new Set<string>()
  const look = async () => {
    for (const inode of await linkLocalSockets()) {
      if (told.has(inode) || !(await isOfOneOf(pids(), inode))) continue
      told.add(inode)
      onAlarm('a service opened a connection to 169.254.0.0/16')
    }
  }
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  return { stop: () => clearInterval(timer) }
}

async function linkLocalSockets(): Promise<string[]> {
  const lines = (await readFile(table, 'utf8')).split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '']) => linkLocal.test(remote))
    .map((columns) => columns[9] ?? '')
}

async function isOfOneOf(pids: readonly (number | undefined)[], inode: string): Promise<boolean> {
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`
    const files = await readdir(folder).catch(() => [])
    for (const file of files) {
      const target = await readlink(`${folder}/${file}`).catch(() => '')
      if (target === `socket:[${inode}]`) return true
    }
  }
  return false
}
