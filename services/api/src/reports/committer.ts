// Gathers submissions that arrive together and stores them in one transaction each round: one
// flush to disk pays for many reports. While rounds commit, the next one gathers; who is in it is the
// fair queue's choice. A submission is answered only after its round is durable.

import {
  type Change,
  type Db,
  isDatabaseUnavailable,
  isLostRace,
  readHeads,
  type RecalledRequest,
  recallRequests,
  requestKeyText,
  writeChanges,
} from '@renkei/db'
import type { Bell, Lane } from '@renkei/bell'
import type { Clock } from '@renkei/service-kit'
import { DomainError } from '../problem/domain-error.ts'
import { answerTo } from './answer.ts'
import { makeFairQueue, type Rank } from './fair-queue.ts'
import { type Assessment, decide, type DecideDeps, type Decision } from './submit-report.ts'
import { requestKeyOf } from './submission-names.ts'
import type { Answer, Submission } from './submission.ts'

export interface CommitterDeps extends DecideDeps {
  readonly db: Db
  readonly bell: Pick<Bell, 'ring'>
  readonly clock: Clock
  readonly batchMax: number
  /** Told what each round has stored, after it is durable. */
  readonly onCommitted: (changes: readonly Change[]) => void
}

export interface Admitted {
  readonly submission: Submission
  readonly rank: Rank
  /** Of a first revision: it depends on nothing that is stored. */
  readonly assessment: Assessment | undefined
}

export interface Committer {
  /** Resolves when the submission is durable (or was before); rejects with its refusal. */
  submit(admitted: Admitted): Promise<Answer>
  /** How many submissions wait or are being stored: all, or those of one organisation and rank. */
  pending(organisationId?: string, rank?: Rank): number
}

interface Waiting extends Admitted {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

// While one round is on its way to disk another is read and decided; a third would only be smaller. The
// second begins for many, or for one who is not in the first and must not wait for what others send.
const roundsMax = 2
const secondRoundMin = 16

/** Makes the committer of a process. Of one report or idempotency key one is stored at a time. */
export function makeCommitter(deps: CommitterDeps): Committer {
  const queue = makeFairQueue<Waiting>()
  let soon: NodeJS.Immediate | undefined
  let rounds = 0
  const proceed = () => {
    soon = undefined
    while (rounds < roundsMax && isWorthARound()) {
      rounds += 1
      void store(queue.take(deps.batchMax))
    }
  }
  const isWorthARound = () =>
    queue.ready() >= (rounds === 0 ? 1 : secondRoundMin) || queue.hasNewcomer()
  const store = async (round: readonly Waiting[]) => {
    const outage = await storeRound(round, deps)
    rounds -= 1
    queue.settle(round)
    // Who waits would only meet the same outage, one time limit after the other.
    if (outage) for (const item of queue.clear()) item.reject(outage)
    proceed()
  }
  return {
    submit: (admitted) =>
      new Promise((resolve, reject) => {
        queue.push({ ...admitted, resolve, reject })
        // What arrives in the same turn of the event loop joins the same round.
        soon ??= setImmediate(proceed)
      }),
    pending: (organisationId, rank) => queue.count(organisationId, rank),
  }
}

const triesMax = 5

// Settles every submission of a round; resolves to the error when the database was away.
async function storeRound(round: readonly Waiting[], deps: CommitterDeps): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      await storeOnce(round, deps)
      return undefined
    } catch (error) {
      // What became of the round is not known: to store it again might store it twice.
      if (isDatabaseUnavailable(error) && !isLostRace(error)) return rejectAll(round, error)
      if (round.length > 1) return storeOneByOne(round, deps)
      if (!isLostRace(error) || tries === triesMax) {
        round[0]?.reject(error)
        return undefined
      }
    }
  }
}

// One bad or beaten submission must not fail the others: each is stored by itself.
async function storeOneByOne(round: readonly Waiting[], deps: CommitterDeps): Promise<unknown> {
  for (const [index, item] of round.entries()) {
    const outage = await storeRound([item], deps)
    if (outage) return rejectAll(round.slice(index + 1), outage)
  }
  return undefined
}

function rejectAll(round: readonly Waiting[], error: unknown): unknown {
  for (const item of round) item.reject(error)
  return error
}

async function storeOnce(round: readonly Waiting[], deps: CommitterDeps): Promise<void> {
  // Requests are read after the heads: whose change is seen in a head, its request is seen too.
  const heads = await readHeads(deps.db, reportIdsOf(round))
  const keys = round.flatMap(({ submission }) => requestKeyOf(submission) ?? [])
  const requests = await recallRequests(deps.db, keys)
  const decided: { item: Waiting; decision: Decision }[] = []
  const settled: (() => void)[] = []
  const recordedAt = deps.clock.now().toISOString()
  for (const item of round) {
    try {
      const first = recall(item.submission, requests)
      if (first) settled.push(() => item.resolve(first))
      else {
        const { submission, assessment } = item
        const head = heads.get(submission.revises?.reportId ?? '')
        const decision = decide(submission, { head, recordedAt, assessment }, deps)
        decided.push({ item, decision })
      }
    } catch (error) {
      settled.push(() => item.reject(error))
    }
  }
  if (decided.length > 0) {
    const changes = decided.map(({ decision }) => decision.change)
    await writeChanges(deps.db, changes)
    for (const lane of new Set(changes.map((change) => change.lane as Lane))) deps.bell.ring(lane)
    deps.onCommitted(changes)
  }
  for (const settle of settled) settle()
  for (const { item, decision } of decided) item.resolve(decision.answer)
}

function reportIdsOf(round: readonly Waiting[]): string[] {
  return round.flatMap(({ submission }) => submission.revises?.reportId ?? [])
}

function recall(
  submission: Submission,
  requests: Map<string, RecalledRequest>,
): Answer | undefined {
  const key = requestKeyOf(submission)
  const first = key && requests.get(requestKeyText(key))
  if (!first) return undefined
  if (!submission.idempotency?.fingerprint.equals(first.fingerprint)) {
    throw new DomainError(
      'idempotency-conflict',
      'This Idempotency-Key was used before with another request; nothing was stored.',
    )
  }
  const answer = answerTo({ ...first, recordedAt: first.recordedAt.toISOString() })
  return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } }
}
