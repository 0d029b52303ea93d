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
  /** What claims a signature, until that holds: of one key at one address, not of an organisation. */
  readonly unverified: Bucket
}

/** Makes the limits of a process. */
export function makeLimits(rates: RateConfig): Limits {
  return {
    reports: makeBucket('reports', 'reports of levels 0 to 2', rates.reports),
    urgentReports: makeBucket('urgent-reports', 'reports of level 3 and 4', rates.urgentReports),
    readReports: makeBucket('read-reports', 'reports of any kind', rates.readReports),
    requests: makeBucket('requests', 'requests', rates.requests),
    unverified: makeBucket(
      'unverified',
      'requests by one key from one address, before their signature is verified,',
      sumOf(rates.readReports, rates.requests),
    ),
  }
}

// Whoever signs everything may send as much as one who signs nothing.
function sumOf(one: Rate, other: Rate): Rate {
  return {
    perSecond: one.perSecond + other.perSecond,
    burst: one.burst + other.burst,
    burstSeconds: one.burstSeconds,
  }
}
