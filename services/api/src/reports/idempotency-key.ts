// The Idempotency-Key header (IETF draft-ietf-httpapi-idempotency-key-header): a structured-field
// string, so quoted; the unquoted habit is understood too.

import type { Vault } from '@renkei/vault'
import type { FastifyRequest } from 'fastify'
import { badParameter } from '../problem/domain-error.ts'

export interface Idempotency {
  readonly key: string
  readonly fingerprint: Buffer
}

/** Reads the key of a request and fingerprints what it belongs to: method, path, precondition and body. */
export function readIdempotency(
  request: FastifyRequest,
  vault: Pick<Vault, 'digest'>,
): Idempotency | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const key = /^"([\x21\x23-\x7e]{1,255})"$|^([\x21\x23-\x7e]{1,255})$/.exec(String(header))
  if (!key) {
    throw badParameter(
      'Idempotency-Key',
      'form',
      'Idempotency-Key must be 1 to 255 visible ASCII characters, in double quotes.',
    )
  }
  const about = `${request.method} ${request.url} ${request.headers['if-match'] ?? ''}\n`
  return { key: key[1] ?? key[2] ?? '', fingerprint: fingerprint(about, request.rawBody, vault) }
}

/** A keyed hash over what a key belongs to: the body has parts that are not to be guessed from it. */
export function fingerprint(
  about: string,
  body: Buffer | string,
  vault: Pick<Vault, 'digest'>,
): Buffer {
  return vault.digest(Buffer.concat([Buffer.from(about), Buffer.from(body)]))
}
