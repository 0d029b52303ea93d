// The health of an endpoint. Three failures in a row open it: nothing more is sent, what is owed is
// held, and one delivery at a time finds out whether it answers again. Nobody's attempts are burnt
// meanwhile. One success closes it.

import type { EndpointHealth } from '@renkei/db'
import { jitter, scheduleOf, waitAfter } from './retry-policy.ts'

/** How many failures in a row open an endpoint. */
export const failuresMax = 3

/** What the attempts that were just recorded show of one endpoint. */
export interface Tally {
  /** Failures since the last success among them. */
  readonly failures: number
  /** Whether there was a success among them; it came before the failures. */
  readonly succeeded: boolean
  readonly lastStatus: number | null
  readonly lastReason: string | null
  /** The highest level among the failed ones. */
  readonly level: number
  /** How long the receiver asked not to be sent anything. */
  readonly askedMs: number
  /** The last failure is one that somebody has to mend first. */
  readonly slow: boolean
}

export interface At {
  readonly now: Date
  /** From 0 to 1. */
  readonly random: number
  /** The highest level that waits for the endpoint: its schedule counts. */
  readonly levelWaiting: number
}

/** The health of an endpoint of which nothing is known. */
export function unknownHealth(subscriptionId: string): EndpointHealth {
  return {
    subscriptionId,
    state: 'closed',
    consecutiveFailures: 0,
    failingSince: null,
    probes: 0,
    probeAt: null,
    askedUntil: null,
    switchedOffAt: null,
    told: null,
    lastStatus: null,
    lastReason: null,
  }
}

/** The health after attempts were made. */
export function afterAttempts(before: EndpointHealth, tally: Tally, at: At): EndpointHealth {
  // Who was told of the failure is told of its end, too.
  const well = { ...unknownHealth(before.subscriptionId), told: before.told }
  const known = tally.succeeded ? well : before
  if (tally.failures === 0 && tally.askedMs === 0) return known
  const failing = {
    ...known,
    consecutiveFailures: known.consecutiveFailures + tally.failures,
    failingSince: known.failingSince ?? (tally.failures > 0 ? at.now : null),
    lastStatus: tally.lastStatus,
    lastReason: tally.lastReason,
  }
  if (known.state === 'halfOpen') return opened(failing, known.probes + 1, tally, at)
  if (known.state === 'open') return hurried(failing, tally, at)
  const opens = failing.consecutiveFailures >= failuresMax || tally.askedMs > 0
  // It had been open, and nothing was left to probe it with.
  const probes = known.consecutiveFailures >= failuresMax ? known.probes + 1 : known.probes
  return opens ? opened(failing, probes, tally, at) : failing
}

function opened(
  health: EndpointHealth,
  probes: number,
  tally: Tally,
  { now, random, levelWaiting }: At,
): EndpointHealth {
  const level = Math.max(tally.level, levelWaiting)
  const schedule = scheduleOf(level)
  const askedMs = Math.min(tally.askedMs, schedule.retryAfterMsMax)
  const ageMs = health.failingSince ? now.getTime() - health.failingSince.getTime() : 0
  const scheduledMs = jitter(waitAfter({ level, failed: probes + 1, ageMs }), random)
  const waitMs = Math.max(scheduledMs, tally.slow ? schedule.slowMsMin : 0)
  return {
    ...health,
    state: 'open',
    probes,
    probeAt: later(now, Math.max(waitMs, askedMs)),
    askedUntil: askedMs > 0 ? later(now, askedMs) : null,
  }
}

// What was under way when it opened tells nothing new; but urgent news starts the schedule anew.
function hurried(health: EndpointHealth, tally: Tally, at: At): EndpointHealth {
  const anew = opened(health, 0, tally, at)
  const sooner = tally.level >= 3 && Number(anew.probeAt) < Number(health.probeAt)
  return sooner ? anew : health
}

function later(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}
