// Content-Digest (RFC 9530): what ties a body to the signature of its request.

import { createHash } from 'node:crypto'
import {
  type Dictionary,
  isInnerList,
  parseDictionary,
  serializeDictionary,
} from 'structured-headers'

const algorithms = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const

export type DigestAlgorithm = keyof typeof algorithms

/** The value of `Content-Digest` for a body. */
export function contentDigest(body: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): string {
  const digest = new Uint8Array(digestOf(body, algorithm))
  return serializeDictionary(new Map([[algorithm, [digest, new Map()]]]))
}

/**
 * Says what is wrong with the digest of a body; nothing when it holds. One of sha-256 and sha-512
 * must be there, and both must hold when both are; other algorithms are passed over (RFC 9530 §2).
 */
export function contentDigestFault(value: string, body: Uint8Array): string | undefined {
  const digests = parsed(value)
  if (!digests) return 'the content digest cannot be read'
  const known = (Object.keys(algorithms) as DigestAlgorithm[]).filter((name) => digests.has(name))
  if (known.length === 0) return 'the content digest has neither sha-256 nor sha-512'
  const holds = known.every((name) => {
    const given = digests.get(name)
    if (!given || isInnerList(given) || !(given[0] instanceof ArrayBuffer)) return false
    return Buffer.from(given[0]).equals(digestOf(body, name))
  })
  return holds ? undefined : 'the body is not the one that was digested'
}

function parsed(value: string): Dictionary | undefined {
  try {
    return parseDictionary(value)
  } catch {
    return undefined
  }
}

function digestOf(body: Uint8Array, algorithm: DigestAlgorithm): Buffer {
  return createHash(algorithms[algorithm]).update(body).digest()
}
