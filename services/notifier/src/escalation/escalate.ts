// What happens when nobody answers in time: step by step the next contact of the register is told,
// and the reporter hears of each step and whom it can call. Every notifier looks; a clock is in the
// hands of one, and a step is written in the transaction that takes it.

import {
  type ContactVault,
  type Db,
  noticeLevelOf,
  readOwnContacts,
  type SharingBook,
  stopTaken,
  type TakenClock,
  takeOverdue,
  type ClockName,
  type Tx,
} from '@renkei/db'
import { escalationPauseMs, isWithin, type LevelValue, nextToTell, sightOf } from '@renkei/schema'
import type { Clock, Logger } from '@renkei/service-kit'
import { tellOfStep } from './tell-of-step.ts'

export interface EscalationDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  readonly vault: ContactVault
  readonly sharing: Pick<SharingBook, 'refresh' | 'find'>
  readonly log: Pick<Logger, 'warn'>
}

/** Takes every step that is due; resolves to the levels of the notices that it has given. */
export async function escalate(deps: EscalationDeps): Promise<ReadonlySet<LevelValue>> {
  const levels = new Set<LevelValue>()
  // What fails is looked at again the next time and holds up nothing else.
  const failed: ClockName[] = []
  for (;;) {
    let current: TakenClock['clock'] | undefined
    try {
      const { found, level } = await deps.db.transaction().execute(async (tx) => {
        const at = deps.clock.now()
        const taken = await takeOverdue(tx, at, failed)
        current = taken?.clock
        return { found: taken !== undefined, level: taken && (await handle(tx, taken, at, deps)) }
      })
      if (!found) return levels
      if (level !== undefined) levels.add(level)
    } catch (error) {
      if (!current) throw error
      const { reportId, organisationId } = current
      deps.log.warn({ err: error, reportId, organisationId }, 'acknowledgements.not-escalated')
      failed.push(current)
    }
  }
}

// Gives the level of the notices, when there are any.
async function handle(tx: Tx, taken: TakenClock, at: Date, deps: EscalationDeps) {
  const { clock, report, answeredAt } = taken
  if (answeredAt) {
    await stopTaken(tx, clock, { answeredAt })
    return undefined
  }
  if (!report.open) {
    await stopTaken(tx, clock, { endedAt: at, why: 'closed' })
    return undefined
  }
  await deps.sharing.refresh(tx)
  if (!mayKnow(taken, deps)) {
    await stopTaken(tx, clock, { endedAt: at, why: 'notShared' })
    return undefined
  }
  await takeStep(tx, taken, at, deps)
  return noticeLevelOf(clock.level)
}

// To remind somebody of what it may not know any more would tell that there is something.
function mayKnow({ clock, report }: TakenClock, { sharing }: EscalationDeps): boolean {
  const { organisationId, organisationKind } = clock
  const sight = sightOf({ organisationId, organisationKind }, report, sharing.find)
  return sight !== undefined && isWithin(sight, report.tlp)
}

async function takeStep(tx: Tx, taken: TakenClock, at: Date, deps: EscalationDeps): Promise<void> {
  const { clock, told } = taken
  const { contacts } = await readOwnContacts(tx, deps.vault, clock.organisationId)
  const contact = nextToTell(contacts, told, at)
  const later = Math.max(at.getTime(), clock.dueAt.getTime()) + escalationPauseMs(clock.level)
  const step = {
    step: clock.step + 1,
    at,
    contactId: contact?.contactId ?? null,
    exhausted: contact === undefined,
    nextAt: contact === undefined ? null : new Date(later),
  }
  await tellOfStep(tx, { taken, step, contacts, contact }, deps)
}
