// The answer to bytes that are no HTTP request, or one too slow or too large to read: there is no
// request yet, so it is written on the socket.

import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { DomainError } from './domain-error.ts'
import { problemBody } from './problem.ts'

const refusals: Readonly<Record<string, DomainError>> = {
  HPE_HEADER_OVERFLOW: new DomainError(
    'headers-too-large',
    'The headers are larger than this server takes.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new DomainError('too-slow', 'The request did not arrive in time.'),
}
const noHttp = new DomainError('invalid-request', 'This is not an HTTP request.')

/** Makes the handler of what the HTTP parser refuses. */
export function answerBrokenRequest(publicUrl: string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const refusal = refusals[error.code ?? ''] ?? noHttp
    const requestId = randomUUID()
    const body = JSON.stringify(problemBody(refusal, requestId, publicUrl))
    const head = [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      `X-Request-Id: ${requestId}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
}
