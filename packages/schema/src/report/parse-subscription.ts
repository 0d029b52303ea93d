// Requests to make and to change a subscription, parsed like reports: all faults at once.

import type { ValidateFunction } from 'ajv'
import type {
  SecretRotation,
  SubscriptionPatch,
  SubscriptionRequest,
} from '../generated/subscription.gen.ts'
import { boundedShapeFaults } from './bounded-shape.ts'
import { distinctFaults, type Fault, type Parsed } from './fault.ts'
import {
  validateSecretRotation,
  validateSubscriptionPatch,
  validateSubscriptionRequest,
} from './validators.ts'

/** The request to subscribe, the same object unchanged: defaults are not filled in. */
export function parseSubscriptionRequest(value: unknown): Parsed<'request', SubscriptionRequest> {
  const faults = faultsOf(value, validateSubscriptionRequest)
  return faults.length === 0
    ? { ok: true, request: value as SubscriptionRequest }
    : { ok: false, faults }
}

/** The change to a subscription, the same object unchanged. Refuses an empty one. */
export function parseSubscriptionPatch(value: unknown): Parsed<'patch', SubscriptionPatch> {
  const faults = faultsOf(value, validateSubscriptionPatch)
  return faults.length === 0
    ? { ok: true, patch: value as SubscriptionPatch }
    : { ok: false, faults }
}

/** The wish for a new signing secret, the same object unchanged. */
export function parseSecretRotation(value: unknown): Parsed<'rotation', SecretRotation> {
  const faults = faultsOf(value, validateSecretRotation)
  return faults.length === 0
    ? { ok: true, rotation: value as SecretRotation }
    : { ok: false, faults }
}

function faultsOf(value: unknown, validate: ValidateFunction): Fault[] {
  return distinctFaults(boundedShapeFaults(value, validate))
}
