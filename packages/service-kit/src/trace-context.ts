// W3C Trace Context (https://www.w3.org/TR/trace-context/): a caller's trace goes on within Renkei; an
// event begins one of its own, which goes to every receiver and ties it to no other event.

import { randomUUID } from 'node:crypto'

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** True for a version 00 `traceparent` whose identifiers are not zero. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && form.test(value)
}

/** The child of a caller's trace, or the root of a new one when the caller sent none. */
export function continueTrace(parent: unknown): string {
  if (!isTraceparent(parent)) return beginTrace()
  return `00-${traceIdOf(parent)}-${newSpanId()}-${parent.slice(53)}`
}

/** The root of a new trace. */
export function beginTrace(): string {
  return `00-${randomHex()}-${newSpanId()}-01`
}

/** The identifier of the trace that a `traceparent` belongs to. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35)
}

const newSpanId = () => randomHex().slice(16)

// 32 digits. Node keeps random bytes for UUIDs at hand; for single bytes it asks the system each time.
function randomHex(): string {
  return randomUUID().replaceAll('-', '')
}
