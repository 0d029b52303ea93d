// How a caller is refused who has not shown who it is. One text for every reason, so that nobody
// learns whether a key exists, has ended, or lacks something; the reason goes to the log.

import { DomainError } from '../problem/domain-error.ts'

/** The refusal with 401; `reason` is for the operator only. */
export function unauthenticated(reason: string): DomainError {
  return new DomainError('unauthenticated', {
    detail:
      'An API key is needed: Authorization: Bearer rk_…, with the signature and the client certificate where the key asks for them.',
    headers: { 'www-authenticate': 'Bearer realm="renkei"' },
    reason,
  })
}

/** The refusal of a source that failed too often. */
export function lockedOut(retryAfterSeconds: number): DomainError {
  return new DomainError('too-many-failures', {
    detail: 'Too many credentials from here were not right; none is looked at for a while.',
    retryAfterSeconds,
    reason: 'locked out',
  })
}
