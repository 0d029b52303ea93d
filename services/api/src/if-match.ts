// If-Match against lost updates: who changes something says which state of it was read. One tag in
// quotes or `*`; a weak tag or a list is refused, since exactly one state is meant.

import type { FastifyRequest } from 'fastify'
import { badParameter, DomainError } from './problem/domain-error.ts'

/** Throws `changed-meanwhile` when If-Match names another state than the present one. */
export function requireMatch(request: FastifyRequest, current: string): void {
  checkMatch(requireIfMatch(request), current)
}

/** The tag that If-Match names, or `*`; throws `precondition-required` when there is none. */
export function requireIfMatch(request: FastifyRequest): string {
  const wanted = readIfMatch(request)
  if (wanted === undefined) {
    throw new DomainError(
      'precondition-required',
      'If-Match must name the ETag of what is changed; * is whatever is there.',
    )
  }
  return wanted
}

/** The same, where a caller may leave the header out. */
export function respectMatch(request: FastifyRequest, current: string): void {
  const wanted = readIfMatch(request)
  if (wanted !== undefined) checkMatch(wanted, current)
}

/** True when a tag names the present state, or whatever is there. */
export function isMatch(wanted: string, current: string): boolean {
  return wanted === '*' || wanted === current
}

function checkMatch(wanted: string, current: string): void {
  if (isMatch(wanted, current)) return
  throw new DomainError('changed-meanwhile', {
    detail: 'It was changed since it was read; read it again and decide anew.',
    headers: { etag: quoted(current) },
  })
}

function readIfMatch(request: FastifyRequest): string | undefined {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '*') return header?.trim()
  const tag = /^"([\w-]{1,64})"$/.exec(header.trim())?.[1]
  if (tag === undefined) {
    throw badParameter('If-Match', 'form', 'If-Match must be one ETag in quotes, or *.')
  }
  return tag
}

/** A tag as a header carries it. */
export function quoted(tag: string): string {
  return `"${tag}"`
}
