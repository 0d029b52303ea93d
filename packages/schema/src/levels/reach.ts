// When a condition on time comes true: the one piece of arithmetic behind durations and countdowns.

import type { ReportFacts, Span } from './facts.ts'

/**
 * The instant at which a span exists and has lasted `minDurationSeconds`; Infinity when it ends
 * before. An instant up to now has been reached, a later one comes by time alone.
 */
export function reachMs(span: Span, minDurationSeconds: number | undefined): number {
  if (minDurationSeconds === undefined) return span.existsFromMs
  const atMs = span.startMs + minDurationSeconds * 1000
  return atMs > span.endMs ? Infinity : Math.max(atMs, span.existsFromMs)
}

/** How long a span has lasted up to now, in milliseconds; never negative. */
export function lastedMs(span: Span, facts: ReportFacts): number {
  return Math.max(0, Math.min(facts.nowMs, span.endMs) - span.startMs)
}
