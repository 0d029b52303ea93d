// The public keys that this Renkei signs its requests with, for whoever gets one: as a JWK set at the
// address that draft-meunier-http-message-signatures-directory names. Public, and kept for minutes.

import { type Db, readPlatformKeys } from '@renkei/db'
import { jwkOf } from '@renkei/http-signature'
import type { Clock } from '@renkei/service-kit'
import type { FastifyInstance } from 'fastify'
import { problemResponse } from '../docs/parts.ts'
import { publishedText, type PublishedFile, sendPublished } from '../docs/published-file.ts'

export interface PlatformDeps {
  readonly db: Db
  readonly clock: Clock
}

const path = '/.well-known/http-message-signatures-directory'
const mediaType = 'application/http-message-signatures-directory+json'
// However many ask, the database is asked so often.
const keptMs = 10_000

/** Registers the list of keys. */
export function platformRoutes(app: FastifyInstance, deps: PlatformDeps, done: () => void): void {
  let kept: { readonly file: PublishedFile; readonly untilMs: number } | undefined
  app.get(path, { schema: docs }, async (request, reply) => {
    const now = deps.clock.now()
    if (!kept || kept.untilMs <= now.getTime()) {
      kept = { file: await readDirectory(deps.db, now), untilMs: now.getTime() + keptMs }
    }
    return sendPublished(request, reply, kept.file)
  })
  done()
}

const jwk = {
  type: 'object',
  required: ['kid', 'kty', 'crv', 'x', 'use'],
  properties: {
    kid: { type: 'string', description: 'The thumbprint (RFC 7638): the `keyid` of signatures.' },
    kty: { type: 'string', const: 'OKP' },
    crv: { type: 'string', const: 'Ed25519' },
    x: { type: 'string' },
    use: { type: 'string', const: 'sig' },
  },
} as const

const docs = {
  operationId: 'readSigningDirectory',
  summary: 'Read the public keys that webhooks are signed with',
  description:
    'For receivers that asked for HTTP message signatures (RFC 9421). A JWK set; empty until the first request was signed. How to verify: `docs/webhooks.md`.',
  tags: ['subscriptions'],
  response: {
    200: {
      description: 'The keys, the newest first. Keep them for five minutes at most.',
      content: {
        [mediaType]: {
          schema: {
            type: 'object',
            required: ['keys'],
            properties: { keys: { type: 'array', items: jwk } },
          },
        },
      },
    },
    304: { description: 'Unchanged: `If-None-Match` names its ETag.' },
    default: problemResponse,
  },
} as const

async function readDirectory(db: Db, now: Date): Promise<PublishedFile> {
  const keys = (await readPlatformKeys(db, now)).map(({ keyId: kid, publicKey }) => ({
    kid,
    ...jwkOf(publicKey),
    use: 'sig',
  }))
  return publishedText(`${JSON.stringify({ keys })}\n`, mediaType)
}
