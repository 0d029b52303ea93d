// npm run bench -- NAME [--runs N] [--seconds N] [--scale N] [--profile]: measures Renkei against a peer, side by side in one
// run. The last line on standard output is the result as JSON; what comes before it is for reading.

import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { accept } from './accept.ts'
import { burst } from './burst.ts'
import { flood } from './flood.ts'
import { growth } from './growth.ts'
import type { Bench, BenchResult } from './lib/bench.ts'
import { printProfiles, wantProfiles } from './lib/profiling.ts'
import { stopEverything } from './lib/stops.ts'
import { overtake } from './overtake.ts'
import { sick } from './sick.ts'
import { sustained } from './sustained.ts'

const benches: Readonly<Record<string, Bench>> = {
  accept,
  burst,
  flood,
  growth,
  overtake,
  sick,
  sustained,
}
const wholeRunMsMax = 1_800_000

const interrupt = () => void stopEverything().then(() => process.exit(130))
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`The benchmark failed: ${(error as Error).stack}`)
  process.exitCode = 1
} finally {
  await stopEverything()
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      profile: { type: 'boolean', default: false },
    },
  })
  const name = positionals[0] ?? ''
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (!bench) {
    console.error('Usage: npm run bench -- NAME [--runs N] [--seconds N] [--scale N] [--profile]\n')
    for (const [key, { about }] of Object.entries(benches)) console.error(`  ${key}  ${about}`)
    return 2
  }
  const options = {
    runs: whole('runs', values.runs),
    seconds: whole('seconds', values.seconds),
    scale: share('scale', values.scale),
  }
  if (values.profile) wantProfiles()
  console.log(`${name}: ${bench.about}\nload of the machine before: ${describeLoad()}`)
  const result = await withinTime(bench.run(options))
  await stopEverything()
  printProfiles()
  console.log(`load of the machine after: ${describeLoad()}`)
  console.log(JSON.stringify({ name, ...result }))
  return 0
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value
  throw new RangeError(`--${name} is a whole number from 1 to 100, not "${text}"`)
}

function share(name: string, text: string): number {
  const value = Number(text)
  if (value > 0 && value <= 1) return value
  throw new RangeError(`--${name} is a number above 0 and at most 1, not "${text}"`)
}

async function withinTime(work: Promise<BenchResult>): Promise<BenchResult> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const why = `not finished after ${wholeRunMsMax / 1000} seconds`
    timer = setTimeout(() => reject(new Error(why)), wholeRunMsMax)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

function describeLoad(): string {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')
}
