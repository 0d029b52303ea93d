// W3C Trace Context (https://www.w3.org/TR/trace-context/): a caller's trace goes on through the
// event to every delivery; a request without one begins one.

import { randomUUID } from 'node:crypto'

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** True for a version 00 `traceparent` whose identifiers are not zero. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && form.test(value)
}

/** The child of a caller's trace, or the root of a new one when the caller sent none. */
export function continueTrace(parent: unknown): string {
  const spanId = randomHex().slice(16)
  if (!isTraceparent(parent)) return `00-${randomHex()}-${spanId}-01`
  return `00-${parent.slice(3, 35)}-${spanId}-${parent.slice(53)}`
}

// 32 digits. Node keeps random bytes for UUIDs at hand; for single bytes it asks the system each time.
function randomHex(): string {
  return randomUUID().replaceAll('-', '')
}
