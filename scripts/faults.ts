// npm run faults [-- --faults N] [--seed N] [--minutes N] [--rate N] [--defect NAME] [--redis-minute]:
// does to a running Renkei what can happen to it, and judges from outside what became of the reports. The
// last line on standard output is the account as JSON; docs/faults.md says more.

import { parseArgs } from 'node:util'
import { defects } from './faults/defects.ts'
import { measureWithoutRedis } from './faults/redis-minute.ts'
import { runFaults } from './faults/run.ts'

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '200' },
    seed: { type: 'string' },
    minutes: { type: 'string', default: '6' },
    rate: { type: 'string', default: '8' },
    defect: { type: 'string' },
    'redis-minute': { type: 'boolean', default: false },
  },
})

const say = (line: string) => console.log(line)
const shownMax = 40

// Not left to the end of the event loop: what a broken connection still waits for can keep Node from ending.
process.exit(await outcome())

async function outcome(): Promise<number> {
  try {
    return await (values['redis-minute'] ? redisMinute() : main())
  } catch (error) {
    console.error(`The run failed: ${(error as Error).stack}`)
    return 1
  }
}

async function main(): Promise<number> {
  const defect = values.defect === undefined ? undefined : defects[values.defect]?.()
  if (values.defect !== undefined && !defect) {
    console.error(`--defect is one of ${Object.keys(defects).join(', ')}`)
    return 2
  }
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : positive('seed', values.seed)
  const faults = positive('faults', values.faults)
  const minutes = positive('minutes', values.minutes)
  const perSecond = positive('rate', values.rate)
  say(`seed ${seed}, ${faults} faults over ${minutes} minutes, ${perSecond} reports a second`)
  if (defect) say(`with a defect to be found: ${defect.about}`)
  const verdict = await runFaults({ seed, faults, minutes, perSecond, defect, say })
  for (const fault of verdict.faults.slice(0, shownMax)) say(`NOT RIGHT: ${fault}`)
  const more = verdict.faults.length - shownMax
  if (more > 0) say(`… and ${more} more`)
  if (verdict.faults.length > 0) say(`found with --seed ${seed} --faults ${faults}`)
  say(JSON.stringify(verdict.totals))
  return verdict.faults.length === 0 ? 0 : 1
}

async function redisMinute(): Promise<number> {
  const result = await measureWithoutRedis({ seconds: 60, say })
  say(JSON.stringify(result))
  return result.worstMs <= result.toReachMs ? 0 : 1
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new RangeError(`--${name} is a number above 0, not "${text}"`)
}
