// The one family of refusals. Code throws it with a slug of the table; `problem.ts` alone turns it
// into an answer.

import type { Fault } from '@renkei/schema'
import { problemTypes, type ProblemSlug } from './problem-types.ts'

export interface RefusalDetails {
  readonly detail: string
  readonly errors?: readonly Fault[] | undefined
  readonly retryAfterSeconds?: number
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** What the caller is not told: for the log and the audit. */
  readonly reason?: string
}

export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly slug: ProblemSlug
  readonly details: RefusalDetails

  constructor(slug: ProblemSlug, details: RefusalDetails | string) {
    const full = typeof details === 'string' ? { detail: details } : details
    super(full.detail)
    this.slug = slug
    this.details = full
  }

  get status(): number {
    return problemTypes[this.slug].status
  }
}

/** The refusal of a body with what is wrong with it; `max` faults at most are named, all are counted. */
export function invalidBody(
  slug: ProblemSlug,
  faults: readonly Fault[],
  max = faults.length,
): DomainError {
  return new DomainError(slug, {
    detail: `${faultsFound(faults)}; nothing was stored.`,
    errors: faults.slice(0, max),
  })
}

/** How many faults there are, in words. */
export function faultsFound({ length }: readonly unknown[]): string {
  return `${length} ${length === 1 ? 'fault was' : 'faults were'} found`
}

/** The refusal of a parameter or header, named like a fault of a body. */
export function badParameter(name: string, rule: string, detail: string): DomainError {
  return new DomainError('invalid-request', { detail, errors: [{ pointer: name, rule, detail }] })
}
