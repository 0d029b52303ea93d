// The processes of this machine as Linux tells of them in /proc.

import { readdir, readFile } from 'node:fs/promises'

export interface ProcessInfo {
  readonly pid: number
  readonly parentPid: number
  /** Ticks since boot: with the pid, the one thing that no other process has. */
  readonly startedAt: string
  readonly command: string
}

/** Children, their children and so on, whichever user they run as. */
export async function descendantsOf(pid: number): Promise<ProcessInfo[]> {
  const all = await listProcesses()
  const found: ProcessInfo[] = []
  let parents = [pid]
  while (parents.length > 0) {
    const children = all.filter(({ parentPid }) => parents.includes(parentPid))
    found.push(...children)
    parents = children.map((child) => child.pid)
  }
  return found
}

/** Those of the given processes that have not ended. */
export async function stillAlive(family: readonly ProcessInfo[]): Promise<ProcessInfo[]> {
  const now = await listProcesses()
  return family.filter(({ pid, startedAt }) =>
    now.some((other) => other.pid === pid && other.startedAt === startedAt),
  )
}

/** Ends them at once, whatever they are doing. */
export function killAll(family: readonly ProcessInfo[]): void {
  for (const { pid } of family) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

async function listProcesses(): Promise<ProcessInfo[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(pids.map(async (pid) => readProcess(Number(pid))))
  return found.filter((info) => info !== undefined)
}

// One that ends while it is read is not there.
async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // "pid (name) state ppid …": the name may hold blanks and brackets.
    const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    if (state === 'Z') return undefined
    return { pid, parentPid: Number(parentPid), startedAt: rest[17] ?? '', command }
  } catch {
    return undefined
  }
}
