// Puts accesses on record before anything is shown. Those that arrive together share one INSERT and
// one flush to disk; while a round is on its way, the next one gathers. What cannot be recorded is
// not shown: whoever waits gets a refusal.

import { type Access, type Db, recordAccesses } from '@renkei/db'
import { DomainError } from '../problem/domain-error.ts'
import { type Gathered, gather, type Merge } from './gather.ts'

export interface RecorderDeps {
  readonly db: Db
  /** Rows that one INSERT writes. */
  readonly roundRowsMax: number
  /** Rows that wait, beyond which accesses are refused. */
  readonly waitingRowsMax: number
}

export interface AccessRecorder {
  /** Resolves when every access is durable; rejects with `overloaded` when it cannot be. */
  record(accesses: readonly Access[], merge?: Merge): Promise<void>
  /** Rows that wait or are being written. */
  pending(): number
}

/** Makes the recorder of a process. */
export function makeAccessRecorder(deps: RecorderDeps): AccessRecorder {
  const waiting = gather()
  let soon: NodeJS.Immediate | undefined
  let writing = 0
  const proceed = async () => {
    soon = undefined
    while (writing === 0 && waiting.size() > 0) {
      const round = waiting.take(deps.roundRowsMax)
      writing = round.length
      const failure = await write(deps.db, round)
      writing = 0
      // Who waits would only meet the same outage, one time limit after the other.
      if (failure) for (const row of waiting.take(Infinity)) row.settle(failure)
    }
  }
  return {
    async record(accesses, merge = 'never') {
      if (waiting.size() + accesses.length > deps.waitingRowsMax) throw notRecorded()
      const written = accesses.map((access) => waiting.add(access, merge))
      // What arrives in the same turn of the event loop joins the same round.
      soon ??= setImmediate(() => void proceed())
      await Promise.all(written)
    },
    pending: () => waiting.size() + writing,
  }
}

async function write(db: Db, round: readonly Gathered[]): Promise<DomainError | undefined> {
  let failure: DomainError | undefined
  try {
    await recordAccesses(
      db,
      round.map(({ access }) => access),
    )
  } catch (error) {
    failure = notRecorded(error)
  }
  for (const { settle } of round) settle(failure)
  return failure
}

function notRecorded(cause?: unknown): DomainError {
  const refusal = new DomainError('overloaded', {
    detail: 'The access cannot be put on record at the moment, so nothing is shown.',
    retryAfterSeconds: 2,
  })
  refusal.cause = cause
  return refusal
}
