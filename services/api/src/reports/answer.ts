// The answer to whoever stored a revision. It is made from what is stored and nothing else, so a
// repeat of the request gets the same bytes whenever it comes.

import type { Answer } from './submission.ts'

export interface AnsweredRevision {
  readonly reportId: string
  readonly revision: number
  readonly eventId: string
  readonly recordedAt: string
  /** Level, deadlines and countdown as JSON text. */
  readonly assessment: string
}

/** Writes the answer; the assessment goes into it as the text that it is. */
export function answerTo(stored: AnsweredRevision): Answer {
  const { reportId, revision, recordedAt, eventId, assessment } = stored
  const self = `/v1/reports/${reportId}`
  const links = { self, revisions: `${self}/revisions`, ledger: `/v1/events/${eventId}/ledger` }
  const head = JSON.stringify({ reportId, revision, recordedAt, eventId }).slice(0, -1)
  return {
    status: revision === 1 ? 201 : 200,
    headers: { etag: `"${revision}"`, location: self },
    body: `${head},${assessment.slice(1, -1)},"links":${JSON.stringify(links)}}`,
  }
}
