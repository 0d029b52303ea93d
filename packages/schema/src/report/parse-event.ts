// The event envelope as a receiver checks it: CloudEvents 1.0 with Renkei's extensions.

import type { EventEnvelope } from '../generated/event.gen.ts'
import { distinctFaults, type Parsed } from './fault.ts'
import { rawJsonFaults } from './raw-json.ts'
import { shapeFaults, withoutEchoes } from './shape-faults.ts'
import { validateEvent } from './validators.ts'

/** The event, the same object unchanged; unknown members of the payload are left alone. */
export function parseEvent(value: unknown): Parsed<'event', EventEnvelope> {
  const text = rawJsonFaults(value)
  const isRight = validateEvent(value)
  if (isRight && text.length === 0) return { ok: true, event: value }
  const shape = isRight ? [] : shapeFaults(validateEvent.errors ?? [])
  return { ok: false, faults: distinctFaults(withoutEchoes([...text, ...shape])) }
}

/** True for an event that `parseEvent` takes. */
export function isEvent(value: unknown): value is EventEnvelope {
  return parseEvent(value).ok
}
