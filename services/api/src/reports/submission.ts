// A parsed request to store a report: what the route knows before anything is decided.

import type { Report } from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'

export interface Submission {
  readonly caller: Caller
  readonly requestId: string
  /** Of the request; its event gets a trace of its own. */
  readonly traceparent: string
  readonly report: Report
  /** The report as JSON text, with nothing sealed in it yet. */
  readonly content: string
  /** Present when the report revises one that exists. */
  /** `ifMatch` is the tag of the revision that is replaced, or `*`. */
  readonly revises?: { readonly reportId: string; readonly ifMatch: string } | undefined
  readonly idempotency?: { readonly key: string; readonly fingerprint: Buffer } | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body: string
}
