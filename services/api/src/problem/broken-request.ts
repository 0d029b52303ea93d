// The answer to bytes that are no HTTP request, or one too slow or too large to read: there is no
// request yet, so it is written on the socket.

import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { DomainError } from './domain-error.ts'
import { problemBody } from './problem.ts'

const details: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are larger than this server takes.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
}

/** Makes the handler of what the HTTP parser refuses. */
export function answerBrokenRequest(publicUrl: string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const detail = details[error.code ?? ''] ?? 'This is not an HTTP request.'
    const refusal = new DomainError('invalid-request', detail)
    const body = JSON.stringify(problemBody(refusal, randomUUID(), publicUrl))
    const head = [
      `HTTP/1.1 ${refusal.status} Bad Request`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
}
