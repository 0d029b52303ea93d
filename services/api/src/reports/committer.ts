// Gathers submissions that arrive together and stores them in one transaction each round: one
// flush to disk pays for many reports. While a round commits, the next one gathers. A submission
// is answered only after its round is durable.

import {
  type Change,
  ConflictError,
  type Db,
  type RecalledAnswer,
  readHeads,
  recallAnswers,
  type RequestKey,
  requestKeyText,
  writeChanges,
} from '@renkei/db'
import type { Bell, Lane } from '@renkei/bell'
import type { Clock } from '@renkei/service-kit'
import { DomainError } from '../problem/domain-error.ts'
import { decide, type DecideDeps, type Decision } from './submit-report.ts'
import type { Answer, Submission } from './submission.ts'

export interface CommitterDeps extends DecideDeps {
  readonly db: Db
  readonly bell: Pick<Bell, 'ring'>
  readonly clock: Clock
  readonly batchMax: number
  /** Told what each round has stored, after it is durable. */
  readonly onCommitted: (changes: readonly Change[]) => void
}

export interface Committer {
  /** Resolves when the submission is durable (or was before); rejects with its refusal. */
  submit(submission: Submission): Promise<Answer>
  /** How many submissions wait or are being stored. */
  pending(): number
}

interface Waiting {
  readonly submission: Submission
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Makes the committer of a process; rounds never overlap. */
export function makeCommitter(deps: CommitterDeps): Committer {
  let waiting: Waiting[] = []
  let storing = 0
  const run = async () => {
    while (waiting.length > 0) {
      const { round, rest } = takeRound(waiting, deps.batchMax)
      waiting = rest
      storing = round.length
      await storeRound(round, deps)
    }
    storing = 0
  }
  return {
    submit: (submission) =>
      new Promise((resolve, reject) => {
        waiting.push({ submission, resolve, reject })
        if (storing > 0) return
        storing = 1
        // What arrives in the same turn of the event loop joins the first round.
        setImmediate(() => void run())
      }),
    pending: () => waiting.length + storing,
  }
}

// A round names each report and each idempotency key once; a second one waits for the next round,
// where it sees what the first did. Order among those that share a name is kept.
function takeRound(waiting: readonly Waiting[], max: number) {
  const taken = new Set<string>()
  const round: Waiting[] = []
  const rest: Waiting[] = []
  for (const item of waiting) {
    const names = namesOf(item.submission)
    const free = round.length < max && !names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    if (free) round.push(item)
    else rest.push(item)
  }
  return { round, rest }
}

function namesOf({ revises, idempotency, caller }: Submission): string[] {
  const names = revises ? [revises.reportId] : []
  const key = idempotency && requestKeyText(toRequestKey(caller.organisationId, idempotency.key))
  return key ? [...names, key] : names
}

function toRequestKey(organisationId: string, idempotencyKey: string): RequestKey {
  return { organisationId, idempotencyKey }
}

const triesMax = 5

async function storeRound(round: readonly Waiting[], deps: CommitterDeps): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await storeOnce(round, deps)
      return
    } catch (error) {
      const again = error instanceof ConflictError && tries < triesMax
      if (!again || round.length > 1) {
        if (round.length === 1) round[0]?.reject(error)
        // One bad or beaten submission must not fail the others: each is stored by itself.
        else for (const item of round) await storeRound([item], deps)
        return
      }
    }
  }
}

async function storeOnce(round: readonly Waiting[], deps: CommitterDeps): Promise<void> {
  const [answers, heads] = await Promise.all([
    recallAnswers(deps.db, keysOf(round)),
    readHeads(deps.db, reportIdsOf(round)),
  ])
  const decided: { item: Waiting; decision: Decision }[] = []
  const settled: (() => void)[] = []
  const recordedAt = deps.clock.now().toISOString()
  for (const item of round) {
    try {
      const first = recall(item.submission, answers)
      if (first) settled.push(() => item.resolve(first))
      else {
        const head = heads.get(item.submission.revises?.reportId ?? '')
        decided.push({ item, decision: decide(item.submission, head, recordedAt, deps) })
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

function keysOf(round: readonly Waiting[]): RequestKey[] {
  return round.flatMap(({ submission: { caller, idempotency } }) =>
    idempotency ? [toRequestKey(caller.organisationId, idempotency.key)] : [],
  )
}

function reportIdsOf(round: readonly Waiting[]): string[] {
  return round.flatMap(({ submission }) => submission.revises?.reportId ?? [])
}

function recall(submission: Submission, answers: Map<string, RecalledAnswer>): Answer | undefined {
  const { idempotency, caller } = submission
  if (!idempotency) return undefined
  const first = answers.get(requestKeyText(toRequestKey(caller.organisationId, idempotency.key)))
  if (!first) return undefined
  if (!first.fingerprint.equals(idempotency.fingerprint)) {
    throw new DomainError(
      'idempotency-conflict',
      'This Idempotency-Key was used before with another request; nothing was stored.',
    )
  }
  return {
    status: first.status,
    headers: { ...first.headers, 'idempotency-replayed': 'true' },
    body: first.body,
  }
}
