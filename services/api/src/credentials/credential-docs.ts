// What the OpenAPI document says of credentials.

import { locationHeader } from '../docs/answer-headers.ts'
import { answer, limitSchema, pageOf, problemResponse, queryOf } from '../docs/parts.ts'
import { keyBody, rotationBody, signingKeyBody } from './credential-bodies.ts'

const tags = ['credentials']

const keyIdSchema = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const
const signingKeyIdSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' } as const

const ofKey = { type: 'object', properties: { keyId: keyIdSchema }, required: ['keyId'] }
const ofSigningKey = {
  type: 'object',
  properties: { signingKeyId: signingKeyIdSchema },
  required: ['signingKeyId'],
}

const instant = { type: 'string', format: 'date-time' } as const
const instantOrNull = { type: ['string', 'null'], format: 'date-time' } as const
const state = { type: 'string', enum: ['live', 'expired', 'revoked'] } as const

const keyProperties = {
  keyId: keyIdSchema,
  label: { type: 'string' },
  scopes: { type: 'array', items: keyBody.properties.scopes.items },
  state,
  signatureRequired: { type: 'boolean' },
  certificateSha256: { type: ['string', 'null'] },
  createdAt: instant,
  expiresAt: instantOrNull,
  revokedAt: instantOrNull,
  replacedBy: { type: ['string', 'null'], description: 'The key that took its place.' },
  lastUsedAt: { ...instantOrNull, description: 'Written about once a minute.' },
  lastUsedAddress: { type: ['string', 'null'] },
}

const key = { type: 'object', required: ['keyId', 'state'], properties: keyProperties }

const newKey = {
  type: 'object',
  required: ['keyId', 'apiKey'],
  properties: {
    ...keyProperties,
    apiKey: { type: 'string', description: 'The key itself: shown here and never again.' },
  },
}

const signingKey = {
  type: 'object',
  required: ['signingKeyId', 'state'],
  properties: {
    signingKeyId: {
      ...signingKeyIdSchema,
      description: 'The thumbprint of the key (RFC 7638): `keyid` of its signatures.',
    },
    label: { type: 'string' },
    jwk: { type: 'object', description: 'The public key.' },
    state,
    createdAt: instant,
    expiresAt: instantOrNull,
    revokedAt: instantOrNull,
    lastUsedAt: instantOrNull,
  },
}

const ended = { description: 'Ended at once.', type: 'null' }

export const docs = {
  createKey: {
    operationId: 'createKey',
    summary: 'Make an API key',
    description:
      'For your own organisation, with scopes that your key has itself. The key is shown in this answer only.',
    tags,
    body: keyBody,
    response: {
      201: { ...answer('The key.', newKey), headers: locationHeader },
      default: problemResponse,
    },
  },
  listKeys: {
    operationId: 'listKeys',
    summary: 'List your API keys',
    description: 'Ended ones too, with their last use.',
    tags,
    querystring: queryOf({ cursor: keyIdSchema, limit: limitSchema(50, 200) }),
    response: { 200: answer('Keys.', pageOf(key, 'Give as `cursor`.')), default: problemResponse },
  },
  readKey: {
    operationId: 'readKey',
    summary: 'Read an API key',
    tags,
    params: ofKey,
    response: { 200: answer('The key, without its secret.', key), default: problemResponse },
  },
  rotateKey: {
    operationId: 'rotateKey',
    summary: 'Rotate an API key',
    description:
      'Makes a key with the same scopes at once; the old one ends after the overlap. Put the new one into your systems, see in `lastUsedAt` that the old one is not used any more.',
    tags,
    params: ofKey,
    body: rotationBody,
    response: {
      201: { ...answer('The new key.', newKey), headers: locationHeader },
      default: problemResponse,
    },
  },
  revokeKey: {
    operationId: 'revokeKey',
    summary: 'Revoke an API key',
    description:
      'It stops working within seconds. The last key with the scope `admin` that is to stay cannot be revoked.',
    tags,
    params: ofKey,
    response: { 204: ended, default: problemResponse },
  },
  registerSigningKey: {
    operationId: 'registerSigningKey',
    summary: 'Register a signing key',
    description:
      'This request must be signed by the new key, with its thumbprint (RFC 7638) as `keyid`. When your API key requires signatures, a registered key signs it as well: two signatures, here only.',
    tags,
    body: signingKeyBody,
    response: {
      201: { ...answer('The signing key.', signingKey), headers: locationHeader },
      default: problemResponse,
    },
  },
  listSigningKeys: {
    operationId: 'listSigningKeys',
    summary: 'List your signing keys',
    tags,
    querystring: queryOf({ cursor: signingKeyIdSchema, limit: limitSchema(50, 200) }),
    response: {
      200: answer('Signing keys.', pageOf(signingKey, 'Give as `cursor`.')),
      default: problemResponse,
    },
  },
  readSigningKey: {
    operationId: 'readSigningKey',
    summary: 'Read a signing key',
    tags,
    params: ofSigningKey,
    response: { 200: answer('The signing key.', signingKey), default: problemResponse },
  },
  revokeSigningKey: {
    operationId: 'revokeSigningKey',
    summary: 'Revoke a signing key',
    description: 'Its signatures are refused from now on.',
    tags,
    params: ofSigningKey,
    response: { 204: ended, default: problemResponse },
  },
} as const
