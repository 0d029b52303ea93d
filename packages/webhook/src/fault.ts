// From an error of Node, of undici or of our own guard to a fault of the outcome table.

import { errors } from 'undici'
import type { Fault } from './outcome-table.ts'

/** Our own refusal to connect: the guard's or the name lookup's. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  readonly fault: 'address-blocked' | 'name-unresolved'

  constructor(fault: 'address-blocked' | 'name-unresolved', detail: string) {
    super(detail)
    this.fault = fault
  }
}

const faultsByCode: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  ECONNRESET: 'connection-reset',
  ECONNABORTED: 'connection-reset',
  EPIPE: 'connection-reset',
  UND_ERR_SOCKET: 'connection-closed',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer-cut-off',
  UND_ERR_DESTROYED: 'sender-closed',
  UND_ERR_CLOSED: 'sender-closed',
}

const cutShort: ReadonlySet<Fault> = new Set([
  'connection-reset',
  'connection-closed',
  'connect-timeout',
  'not-http',
])

// Faults whose code does not say enough.
const wordy: ReadonlySet<Fault> = new Set(['tls-failed', 'not-http', 'unknown'])

// undici says with a plain socket error that it was sent 100 or 101, for which it did not ask.
const unasked = /^bad (response|upgrade)$/
const tlsCode =
  /^(ERR_(SSL|TLS)|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|HOSTNAME_|ERROR_IN_C|EPROTO)/

// What undici says when we, not the receiver, did something wrong.
const oursCode = /^(UND_ERR_(INVALID_|NOT_SUPPORTED|REQ_CONTENT)|ERR_INVALID_ARG)/

/**
 * The fault that an error stands for, with a short detail; null when the error is a mistake of
 * ours. `answered` says that a status had arrived: what ends then has cut off an answer.
 */
export function faultOf(
  error: unknown,
  answered: boolean,
): { fault: Fault; detail: string } | null {
  if (error instanceof TargetError) return { fault: error.fault, detail: error.message }
  const code = codeOf(error)
  if (oursCode.test(code)) return null
  const fault = faultBefore(error, code)
  if (answered && cutShort.has(fault)) return { fault: 'answer-cut-off', detail: code }
  const why = wordy.has(fault) ? reasonOf(error) : ''
  return { fault, detail: [code, why].filter(Boolean).join(', ') }
}

function faultBefore(error: unknown, code: string): Fault {
  if (error instanceof errors.HTTPParserError) return 'not-http'
  if (error instanceof errors.SocketError && unasked.test(error.message)) return 'not-http'
  if (tlsCode.test(code)) return 'tls-failed'
  return faultsByCode[code] ?? 'unknown'
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

// OpenSSL's message is a stack of its own source lines; its reason is the part that tells.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'reason' in error ? String(error.reason) : error.message
}
