// The guard before the schema validator, which collects all errors and takes time that grows with the
// square of their number: what is too deep, too wide or longer than its schema lets a list be is
// refused for that alone, and of the errors of all else only the first are made into faults.

import type { ValidateFunction } from 'ajv'
import type { Fault } from './fault.ts'
import { longListFaults } from './long-lists.ts'
import { rawJsonFaults } from './raw-json.ts'
import { shapeFaults, withoutEchoes } from './shape-faults.ts'

/** Beyond so many errors a document is not worth more time. Conditions make two errors each. */
export const errorsMax = 500

export interface Guarded {
  /** Faults of text and of size. */
  readonly raw: readonly Fault[]
  /** True when the value must not be shown to the schema validator: `raw` is all there is to say. */
  readonly isBeyond: boolean
}

/** Faults that are found in linear time, by the schema that `validate` was made from. */
export function guard(value: unknown, validate: ValidateFunction): Guarded {
  const raw = rawJsonFaults(value)
  if (raw.some(({ rule }) => rule.startsWith('limit.'))) return { raw, isBeyond: true }
  const long = longListFaults(value, validate)
  return long.length > 0 ? { raw: long, isBeyond: true } : { raw, isBeyond: false }
}

/** Everything that is wrong with the text and the shape of a value, without the rules on meaning. */
export function boundedShapeFaults(value: unknown, validate: ValidateFunction): Fault[] {
  const { raw, isBeyond } = guard(value, validate)
  if (isBeyond) return [...raw]
  const errors = validate(value) ? [] : (validate.errors ?? []).slice(0, errorsMax)
  return withoutEchoes([...raw, ...shapeFaults(errors)])
}
