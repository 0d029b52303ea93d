// If-Match against lost updates: who changes something says which state of it was read.

import { createHash } from 'node:crypto'
import type { ContactHead } from '@renkei/db'
import type { FastifyRequest } from 'fastify'
import { badParameter, DomainError } from '../problem/domain-error.ts'

/** Throws `changed-meanwhile` when If-Match names another state than the present one. */
export function requireMatch(request: FastifyRequest, current: string): void {
  const wanted = readIfMatch(request)
  if (wanted === undefined) {
    throw new DomainError(
      'precondition-required',
      'If-Match must name the ETag of what is changed; * is whatever is there.',
    )
  }
  checkMatch(wanted, current)
}

/** The same, where a caller may leave the header out. */
export function respectMatch(request: FastifyRequest, current: string): void {
  const wanted = readIfMatch(request)
  if (wanted !== undefined) checkMatch(wanted, current)
}

function checkMatch(wanted: string, current: string): void {
  if (wanted === '*' || wanted === current) return
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

/** The tag of all contacts of an organisation: another one after any change of any of them. */
export function tagOfRegister(contacts: readonly ContactHead[]): string {
  const lines = contacts.map(
    ({ order, contactId, revision }) => `${order} ${contactId} ${revision}`,
  )
  return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 22)
}
