// The client certificate of a request, as its SHA-256 in the form of RFC 8705 (`x5t#S256`): from the
// TLS connection, or, behind a proxy that ends TLS, from the Client-Cert field (RFC 9440).

import { createHash, X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Trusts } from './source-address.ts'

const headerCharactersMax = 12_000

/** Makes the search for the certificate; only proxies that are trusted can speak for others. */
export function makeCertificateFinder(trusts: Trusts) {
  return (request: FastifyRequest): string | undefined => {
    const { socket, headersDistinct } = request.raw
    // A proxy's own certificate is not its callers'.
    if (trusts(socket.remoteAddress)) return ofHeader(headersDistinct['client-cert'] ?? [])
    return socket instanceof TLSSocket ? ofConnection(socket) : undefined
  }
}

function ofConnection(socket: TLSSocket): string | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  return certificate && sha256(certificate.raw)
}

function ofHeader(values: readonly string[]): string | undefined {
  const [value = ''] = values
  if (values.length !== 1 || value.length > headerCharactersMax) return undefined
  const base64 = /^ *:([A-Za-z0-9+/]+={0,2}): *$/.exec(value)?.[1]
  if (base64 === undefined) return undefined
  try {
    // Whether it is valid the proxy has looked at, and nobody else can: it spoke TLS with the caller.
    return sha256(new X509Certificate(Buffer.from(base64, 'base64')).raw)
  } catch {
    return undefined
  }
}

function sha256(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url')
}
