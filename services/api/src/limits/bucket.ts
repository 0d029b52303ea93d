// One limit in time of each organisation: so many a second, and now and then a burst. It is counted in
// this process; what it says of itself follows draft-ietf-httpapi-ratelimit-headers (version 8 and later).

import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { DomainError } from '../problem/domain-error.ts'

export interface Rate {
  readonly perSecond: number
  /** What may come beyond it at once; it is there again after so many seconds. */
  readonly burst: number
  readonly burstSeconds: number
}

export interface Taken {
  readonly ok: boolean
  /** What is left of this second. */
  readonly left: number
  readonly waitSeconds: number
}

export interface Bucket {
  readonly perSecond: number
  /** Counts so many against the limit of a taker; what weighs more than a second allows counts as that. */
  take(taker: string, points?: number): Promise<Taken>
  /** The headers that tell how a limit stands. */
  headers(taken: Taken): Record<string, string>
  /** The refusal with its time to come back. */
  refusal(taken: Taken): DomainError
}

/** Makes the limit of a name; `what` says in the refusal what there were too many of. */
export function makeBucket(name: string, what: string, rate: Rate): Bucket {
  const { perSecond, burst, burstSeconds } = rate
  const limiter = new BurstyRateLimiter(
    new RateLimiterMemory({ points: perSecond, duration: 1 }),
    new RateLimiterMemory({ points: burst, duration: burstSeconds }),
  )
  const policy = `"${name}";q=${perSecond};w=1, "${name}-burst";q=${burst};w=${burstSeconds}`
  const headers = ({ left, waitSeconds }: Taken) => ({
    'ratelimit-policy': policy,
    ratelimit: `"${name}";r=${left};t=${waitSeconds}`,
  })
  return {
    perSecond,
    take: async (taker, points = 1) => {
      const counted = limiter.consume(taker, Math.min(points, perSecond))
      return counted.then(
        (state) => toTaken(state, true),
        (state: unknown) => {
          if (state instanceof RateLimiterRes) return toTaken(state, false)
          throw state
        },
      )
    },
    headers,
    refusal: (taken) =>
      new DomainError('limit-reached', {
        detail: `Your organisation may send ${perSecond} ${what} a second, and ${burst} more within ${burstSeconds} seconds; nothing was stored.`,
        retryAfterSeconds: taken.waitSeconds,
        headers: headers(taken),
      }),
  }
}

function toTaken({ remainingPoints, msBeforeNext }: RateLimiterRes, ok: boolean): Taken {
  return { ok, left: remainingPoints, waitSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
}
