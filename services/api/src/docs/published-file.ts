// A file that everyone may read and keep: sent with a strong ETag, answered 304 when unchanged.
// It holds no secret and asks for no key; pages of other sites may not read it, like everything here.

import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface PublishedFile {
  readonly content: string
  readonly mediaType: string
  readonly etag: string
}

/** A file of this text. */
export function publishedText(content: string, mediaType: string): PublishedFile {
  const digest = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  return { content, mediaType, etag: `"${digest}"` }
}

/** A file of this value as JSON text. */
export function publishedJson(value: unknown): PublishedFile {
  return publishedText(`${JSON.stringify(value)}\n`, 'application/json; charset=utf-8')
}

/** Answers with the file, or with 304 when the reader has it. */
export function sendPublished(request: FastifyRequest, reply: FastifyReply, file: PublishedFile) {
  void reply.headers({ etag: file.etag, 'cache-control': 'public, max-age=300' })
  if (hasCurrent(request.headers['if-none-match'], file.etag)) return reply.code(304).send()
  return reply.type(file.mediaType).serializer(String).send(file.content)
}

// RFC 9110 §13.1.2: a list of tags or a star; weak tags compare equal to strong ones.
function hasCurrent(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, '')))
}
