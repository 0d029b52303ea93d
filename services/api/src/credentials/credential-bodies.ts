// The bodies of the credential routes: the schemas check them and stand in the OpenAPI document.

import type { Scope } from '@renkei/db'
import { scopes } from '@renkei/db'
import { type Fault, rawJsonFaults } from '@renkei/schema'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { type DomainError, invalidBody } from '../problem/domain-error.ts'
import { faultsToldMax } from '../problem/told-faults.ts'

const label = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: 'What it is for, in words of yours.',
} as const

const expiresAt = {
  type: ['string', 'null'],
  format: 'date-time',
  description: 'When it ends by itself, with an offset; null for never.',
} as const

const signatureRequired = {
  type: 'boolean',
  description: 'Every request with this key must be signed (RFC 9421).',
} as const

const certificateSha256 = {
  type: ['string', 'null'],
  pattern: '^[A-Za-z0-9_-]{43}$',
  description:
    'The one client certificate that the key works with: the SHA-256 of its DER form in base64url, as `x5t#S256` of RFC 8705.',
} as const

export interface KeyBody {
  readonly label: string
  readonly scopes: readonly Scope[]
  readonly expiresAt?: string | null
  readonly signatureRequired?: boolean
  readonly certificateSha256?: string | null
}

export const keyBody = {
  type: 'object',
  required: ['label', 'scopes'],
  additionalProperties: false,
  properties: {
    label,
    scopes: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', enum: scopes },
    },
    expiresAt,
    signatureRequired,
    certificateSha256,
  },
} as const

export type RotationBody = Partial<Omit<KeyBody, 'scopes'>> & { readonly overlapHours?: number }

const overlapHours = {
  type: 'number',
  minimum: 0,
  maximum: 168,
  default: 24,
  description: 'How long the old key goes on working beside the new one.',
} as const

export const rotationBody = {
  type: 'object',
  additionalProperties: false,
  properties: { overlapHours, label, expiresAt, signatureRequired, certificateSha256 },
} as const

export interface SigningKeyBody {
  readonly label: string
  readonly expiresAt?: string | null
  readonly jwk?: object
  readonly pem?: string
}

export const signingKeyBody = {
  type: 'object',
  required: ['label'],
  additionalProperties: false,
  properties: {
    label,
    expiresAt,
    jwk: {
      type: 'object',
      description: 'The public key as a JWK (RFC 8037). Either this or `pem`.',
      required: ['kty', 'crv', 'x'],
      properties: {
        kty: { type: 'string', enum: ['OKP'] },
        crv: { type: 'string', enum: ['Ed25519'] },
        x: { type: 'string' },
      },
    },
    pem: {
      type: 'string',
      maxLength: 2000,
      description: 'The public key as SPKI in PEM: `-----BEGIN PUBLIC KEY-----`.',
    },
  },
  oneOf: [{ required: ['jwk'] }, { required: ['pem'] }],
} as const

const ajv = new Ajv.Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)

const validators = {
  key: ajv.compile<KeyBody>(keyBody),
  rotation: ajv.compile<RotationBody>(rotationBody),
  signingKey: ajv.compile<SigningKeyBody>(signingKeyBody),
}

interface Bodies {
  readonly key: KeyBody
  readonly rotation: RotationBody
  readonly signingKey: SigningKeyBody
}

/** Reads a body; throws the refusal with every fault, also of an end that is not in the future. */
export function readCredentialBody<Kind extends keyof Bodies>(
  kind: Kind,
  body: unknown,
  now: Date,
): Bodies[Kind] {
  const limits = rawJsonFaults(body).filter((fault) => fault.rule.startsWith('limit.'))
  if (limits.length > 0) throw invalidCredential(limits)
  const validate = validators[kind]
  if (!validate(body)) {
    throw invalidCredential(
      (validate.errors ?? [])
        .slice(0, faultsToldMax)
        .map(({ instancePath, keyword, message = 'is not valid', params }) => {
          const named = params['additionalProperty'] ?? params['allowedValues']
          const detail = `${instancePath} ${message}${named ? `: ${String(named)}` : ''}`.trim()
          return { pointer: instancePath, rule: keyword, detail }
        }),
    )
  }
  const end = body.expiresAt
  if (end && !(new Date(end) > now)) {
    const detail = '/expiresAt must be in the future'
    throw invalidCredential([{ pointer: '/expiresAt', rule: 'future', detail }])
  }
  return body as Bodies[Kind]
}

/** The refusal of a body with its faults. */
export function invalidCredential(errors: readonly Fault[]): DomainError {
  return invalidBody('invalid-credential', errors)
}
