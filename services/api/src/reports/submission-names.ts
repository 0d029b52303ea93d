// What a submission must not share with another one that is being stored: the report that it revises,
// and its idempotency key. Of those that share a name, each sees what the one before it did.

import { type RequestKey, requestKeyText } from '@renkei/db'
import type { Submission } from './submission.ts'

export type Named = Pick<Submission, 'caller' | 'revises' | 'idempotency'>

/** The idempotency key of a submission with the organisation that it belongs to. */
export function requestKeyOf({ caller, idempotency }: Named): RequestKey | undefined {
  return idempotency && { organisationId: caller.organisationId, idempotencyKey: idempotency.key }
}

/** Every name that a submission holds while it is stored. */
export function namesOf(submission: Named): string[] {
  const key = requestKeyOf(submission)
  const { revises, caller } = submission
  return [
    // With the organisation: another's attempt at the report is refused, and holds nothing up.
    ...(revises ? [`${caller.organisationId} ${revises.reportId}`] : []),
    ...(key ? [requestKeyText(key)] : []),
  ]
}
