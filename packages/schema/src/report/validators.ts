// The compiled validators: one Ajv for JSON Schema 2020-12, filled with every schema document
// when the module is loaded. Nothing is coerced, no default is filled in, nothing is removed.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { EventEnvelope } from '../generated/event.gen.ts'
import type { Report } from '../generated/report.gen.ts'
import type {
  SecretRotation,
  SubscriptionPatch,
  SubscriptionRequest,
} from '../generated/subscription.gen.ts'
import { schemas } from './schemas.ts'

const annotations = ['x-title-ja', 'x-needed-at', 'x-rule', 'x-says', 'x-expected']

const ajv = new Ajv2020({
  strict: true,
  // A condition may name a member that is described elsewhere in the same object.
  strictRequired: false,
  allErrors: true,
  verbose: true,
  keywords: annotations,
})
addFormats.default(ajv)
for (const schema of Object.values(schemas)) ajv.addSchema(schema)

export const validateReport = validatorOf<Report>(schemas.report.$id)

export const validateEvent = validatorOf<EventEnvelope>(schemas.event.$id)

export const validateSubscriptionRequest = validatorOf<SubscriptionRequest>(
  `${schemas.subscription.$id}#/$defs/subscriptionRequest`,
)

export const validateSubscriptionPatch = validatorOf<SubscriptionPatch>(
  `${schemas.subscription.$id}#/$defs/subscriptionPatch`,
)

export const validateSecretRotation = validatorOf<SecretRotation>(
  `${schemas.subscription.$id}#/$defs/secretRotation`,
)

/** The validator of a schema by its identifier; throws when there is none. */
export function validatorOf<T>(id: string): ValidateFunction<T> {
  const validate = ajv.getSchema<T>(id)
  if (validate === undefined) throw new Error(`No schema has the identifier ${id}`)
  return validate
}
