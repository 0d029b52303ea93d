// All limits of one organisation that are counted in time. A report counts twice: as one that is read,
// before anything of it is known, and as ordinary or urgent, once its level is. So a flood costs us
// little reading, and what matters most has room of its own.

import { type Bucket, makeBucket, type Rate } from './bucket.ts'

export interface RateConfig {
  readonly reports: Rate
  readonly urgentReports: Rate
  readonly readReports: Rate
  readonly requests: Rate
}

export interface Limits {
  /** Reports of levels 0–2, exercises and tests. */
  readonly reports: Bucket
  /** Real reports of level 3 and 4, and those that end one. */
  readonly urgentReports: Bucket
  /** Everything that wants to be read as a report, whatever becomes of it. */
  readonly readReports: Bucket
  /** Every other request. */
  readonly requests: Bucket
}

/** Makes the limits of a process. */
export function makeLimits(rates: RateConfig): Limits {
  return {
    reports: makeBucket('reports', 'reports of levels 0 to 2', rates.reports),
    urgentReports: makeBucket('urgent-reports', 'reports of level 3 and 4', rates.urgentReports),
    readReports: makeBucket('read-reports', 'reports of any kind', rates.readReports),
    requests: makeBucket('requests', 'requests', rates.requests),
  }
}
