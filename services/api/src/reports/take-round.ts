// Which of the waiting submissions are stored together. Rounds under way name each report and each
// idempotency key once; a second one waits for a later round, where it sees what the first did.
// Order among those that share a name is kept.

import { type RequestKey, requestKeyText } from '@renkei/db'
import type { Submission } from './submission.ts'

type Named = Pick<Submission, 'caller' | 'revises' | 'idempotency'>

/** Splits what waits into the next round, of at most `max`, and the rest; `storing` is under way. */
export function takeRound<Item extends { readonly submission: Named }>(
  waiting: readonly Item[],
  max: number,
  storing: readonly Item[] = [],
): { round: Item[]; rest: Item[] } {
  const taken = new Set(storing.flatMap(({ submission }) => namesOf(submission)))
  const round: Item[] = []
  const rest: Item[] = []
  for (const item of waiting) {
    const names = namesOf(item.submission)
    const free = round.length < max && !names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    if (free) round.push(item)
    else rest.push(item)
  }
  return { round, rest }
}

/** The idempotency key of a submission with the organisation that it belongs to. */
export function requestKeyOf({ caller, idempotency }: Named): RequestKey | undefined {
  return idempotency && { organisationId: caller.organisationId, idempotencyKey: idempotency.key }
}

function namesOf(submission: Named): string[] {
  const key = requestKeyOf(submission)
  return [
    ...(submission.revises ? [submission.revises.reportId] : []),
    ...(key ? [requestKeyText(key)] : []),
  ]
}
