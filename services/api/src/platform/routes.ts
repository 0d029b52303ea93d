// The public keys that this Renkei signs its requests with, for whoever gets one: as a JWK set at the
// address that draft-meunier-http-message-signatures-directory names. Public, and kept for minutes.

import { type Db, readPlatformKeys } from '@renkei/db'
import { jwkOf } from '@renkei/http-signature'
import type { Clock } from '@renkei/service-kit'
import type { FastifyInstance } from 'fastify'
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
  app.get(path, { schema: { hide: true } }, async (request, reply) => {
    const now = deps.clock.now()
    if (!kept || kept.untilMs <= now.getTime()) {
      kept = { file: await readDirectory(deps.db, now), untilMs: now.getTime() + keptMs }
    }
    return sendPublished(request, reply, kept.file)
  })
  done()
}

async function readDirectory(db: Db, now: Date): Promise<PublishedFile> {
  const keys = (await readPlatformKeys(db, now)).map(({ keyId: kid, publicKey }) => ({
    kid,
    ...jwkOf(publicKey),
    use: 'sig',
  }))
  return publishedText(`${JSON.stringify({ keys })}\n`, mediaType)
}
