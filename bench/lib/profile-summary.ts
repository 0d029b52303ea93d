// What a CPU profile says in a few lines: node bench/lib/profile-summary.ts FILE.cpuprofile … prints the
// functions with the most time of their own. Profiles come from `npm run bench -- NAME --profile`.

import { readFile } from 'node:fs/promises'

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface ProfileLine {
  /** Function and place. */
  readonly what: string
  readonly ms: number
  /** Of the time in which the process did anything, 0 to 1. */
  readonly share: number
}

const rest = new Set(['(idle)', '(program)', '(root)'])

/** Gives the functions with the most time of their own, the longest first. */
export function summariseProfile(text: string, linesMax = 25): ProfileLine[] {
  const { nodes, samples, timeDeltas } = JSON.parse(text) as Profile
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const msOf = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const what = names.get(id) ?? '?'
    msOf.set(what, (msOf.get(what) ?? 0) + (timeDeltas[index] ?? 0) / 1000)
  }
  const busy = [...msOf].filter(([what]) => !rest.has(what))
  const total = busy.reduce((sum, [, ms]) => sum + ms, 0)
  return busy
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, linesMax)
    .map(([what, ms]) => ({ what, ms: Math.round(ms), share: ms / total }))
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName
  const place = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/(node_modules|packages|services)\//, '$1/')
  return `${functionName === '' ? '(anonymous)' : functionName} ${place}:${lineNumber + 1}`
}

if (process.argv[1] === import.meta.filename) {
  for (const file of process.argv.slice(2)) {
    console.log(file)
    for (const { what, ms, share } of summariseProfile(await readFile(file, 'utf8'))) {
      console.log(
        `  ${(share * 100).toFixed(1).padStart(5)} %  ${String(ms).padStart(6)} ms  ${what}`,
      )
    }
  }
}
