// Where an organisation stands with a report, as it is shown: to the reporter with whom to call, to
// everybody else its own.

import type { ReportStanding, StandingClock, StoredContact } from '@renkei/db'
import {
  type AcknowledgementDeadline,
  type AcknowledgementReceipt,
  type AcknowledgementStanding,
  type CallTarget,
  type LevelValue,
  phonesOf,
  whomToCall,
} from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'
import { viewContact } from '../register/views.ts'
import type { AcknowledgementDeps } from './acknowledgement-deps.ts'

/** What is shown of a standing, without whom to call. */
export function viewStanding(standing: ReportStanding, now: Date): AcknowledgementStanding {
  const { organisationId, acknowledgements, clock } = standing
  const { seen, assessed } = acknowledgements
  return {
    organisation: organisationId,
    delivered: receiptsOf(standing),
    ...(seen && { seen }),
    ...(assessed && { assessed }),
    ...(clock && { deadline: viewClock(clock, now) }),
  }
}

function receiptsOf({ delivered, acknowledgements }: ReportStanding): AcknowledgementReceipt[] {
  const polled = acknowledgements.delivered
  const byLedger = delivered.map(({ at, ...receipt }) => ({ ...receipt, at: at.toISOString() }))
  if (!polled) return byLedger
  const { revision, recordedAt: at } = polled
  return [...byLedger, { channel: 'acknowledged', revision, at }]
}

function viewClock(clock: StandingClock, now: Date): AcknowledgementDeadline {
  const { level, revision, startedAt, deadlineAt, answeredAt, endedAt, step, exhausted } = clock
  return {
    level: level as LevelValue,
    revision,
    startedAt: startedAt.toISOString(),
    dueAt: deadlineAt.toISOString(),
    ...(answeredAt && { answeredAt: answeredAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    overdue: isOverdue(clock, now),
    step,
    exhausted,
  }
}

/** Whether a person should have answered by now and has not. */
export function isOverdue({ deadlineAt, answeredAt, endedAt }: StandingClock, now: Date): boolean {
  return answeredAt === null && endedAt === null && deadlineAt <= now
}

/** Whom of these the caller can call now, as far as the register lets it see; the book must be fresh. */
export function findCallTarget(
  contacts: readonly StoredContact[],
  caller: Caller,
  deps: AcknowledgementDeps,
): CallTarget | undefined {
  const seen = contacts.flatMap((contact) => viewContact(contact, caller, deps) ?? [])
  const target = whomToCall(seen, deps.clock.now())
  if (!target) return undefined
  const { contactId, role, name, channels } = target
  return { contactId, role, name, phones: phonesOf(channels) }
}
