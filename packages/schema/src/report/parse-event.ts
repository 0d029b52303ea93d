// The event envelope as a receiver checks it: CloudEvents 1.0 with Renkei's extensions.

import type { EventEnvelope } from '../generated/event.gen.ts'
import { boundedShapeFaults } from './bounded-shape.ts'
import { distinctFaults, type Parsed } from './fault.ts'
import { validateEvent } from './validators.ts'

/** The event, the same object unchanged; unknown members of the payload are left alone. */
export function parseEvent(value: unknown): Parsed<'event', EventEnvelope> {
  const faults = distinctFaults(boundedShapeFaults(value, validateEvent))
  return faults.length === 0 ? { ok: true, event: value as EventEnvelope } : { ok: false, faults }
}

/** True for an event that `parseEvent` takes. */
export function isEvent(value: unknown): value is EventEnvelope {
  return parseEvent(value).ok
}
