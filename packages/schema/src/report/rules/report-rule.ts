// The form of a rule on meaning.

import type { Fault } from '../fault.ts'
import type { SoundParts } from '../sound-parts.ts'

/**
 * Adds a fault for everything in a report that breaks the rule. It sees only the parts whose shape
 * is right; `document` is all that was sent.
 */
export type ReportRule = (report: SoundParts, faults: Fault[], document: object) => void
