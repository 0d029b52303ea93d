// npm run bench -- NAME --profile: the services write a CPU profile each when they stop, and the run prints
// where their time went.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { benchFolder } from './database.ts'
import { summariseProfile } from './profile-summary.ts'

const folder = `${benchFolder}profiles/`
const linesMax = 12
let wanted = false

/** From now on services are profiled; profiles of earlier runs are removed. */
export function wantProfiles(): void {
  wanted = true
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}

/** What a service needs in its environment to be profiled, if it is to be. */
export function profiling(): Record<string, string> {
  if (!wanted) return {}
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` }
}

/** Prints the summary of every profile, once the services have stopped. */
export function printProfiles(): void {
  if (!wanted) return
  for (const file of readdirSync(folder)) {
    console.log(`profile ${folder}${file}`)
    for (const { what, ms, share } of summariseProfile(read(file), linesMax)) {
      console.log(
        `  ${(share * 100).toFixed(1).padStart(5)} %  ${String(ms).padStart(6)} ms  ${what}`,
      )
    }
  }
}

const read = (file: string) => readFileSync(folder + file, 'utf8')
