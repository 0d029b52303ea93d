// What the demo shows, in columns that stay straight with Japanese text.

import { findLevel, findState, type LevelValue } from '@renkei/schema'
import stringWidth from 'string-width'
import type { Scenario } from '../../scenarios/load-scenario.ts'
import type { DemoPeer } from './peer.ts'
import type { Posted } from './replay.ts'

const whyWidth = 46

/** Prints what is about to be replayed, and the head of the table. */
export function printOpening(scenario: Scenario, peers: readonly DemoPeer[]): void {
  console.log(`\n${scenario.title.ja}\n${scenario.title.en}\n${scenario.note.en}\n`)
  const names = peers.map((peer) => pad(peer.name, 13)).join('')
  console.log(
    `${pad('time (JST)', 13)}${pad('reporter', 17)}${pad('rev', 7)}${pad('state', 20)}${pad('level', 8)}${pad('why', whyWidth)}${pad('stored', 9)}${names}`,
  )
}

/** Prints a line of the table. */
export function printPosted(posted: Posted): void {
  const { step, revision, level, why, acceptMs, arrivedAfterMs } = posted
  const state = findState(step.report.state)?.ja ?? step.report.state
  const arrived = [...arrivedAfterMs.values()].map((ms) =>
    pad(ms === undefined ? '—' : inMs(ms), 13),
  )
  console.log(
    pad(formatJst(step.at), 13) +
      pad(step.organisation, 17) +
      pad(`第${revision}報`, 7) +
      pad(state, 20) +
      pad(`${level} ${findLevel(level as LevelValue)?.ja ?? ''}`, 8) +
      pad(cut(why, whyWidth - 2), whyWidth) +
      pad(inMs(acceptMs), 9) +
      arrived.join(''),
  )
}

export interface LedgerCounts {
  readonly owed: number
  readonly delivered: number
  readonly superseded: number
  readonly refused: number
  readonly dead: number
  readonly waiting: number
  readonly balances: boolean
}

/** Prints the ledger of each event and of all together. */
export function printLedger(lines: readonly { posted: Posted; ledger: LedgerCounts }[]): void {
  console.log(`\nLedger: owed = delivered + superseded + refused + dead + waiting`)
  const columns = ['owed', 'delivered', 'superseded', 'refused', 'dead', 'waiting'] as const
  console.log(pad('event', 38) + columns.map((name) => pad(name, 12)).join('') + 'balances')
  for (const { posted, ledger } of lines) {
    const counts = columns.map((name) => pad(String(ledger[name]), 12)).join('')
    console.log(pad(posted.eventId, 38) + counts + (ledger.balances ? 'yes' : 'NO'))
  }
  const totals = columns.map((name) => lines.reduce((sum, { ledger }) => sum + ledger[name], 0))
  console.log(pad('all', 38) + totals.map((total) => pad(String(total), 12)).join(''))
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(1, width - stringWidth(text)))
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (stringWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

function inMs(ms: number): string {
  return `${ms.toFixed(0)} ms`
}

const jstOffsetMs = 9 * 3_600_000

// 07-02 01:45, the time of Japan.
function formatJst(at: string): string {
  const local = new Date(Date.parse(at) + jstOffsetMs).toISOString()
  return `${local.slice(5, 10)} ${local.slice(11, 16)}`
}
