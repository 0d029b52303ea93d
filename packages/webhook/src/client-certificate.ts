// The certificate that we show to a receiver (mutual TLS), as its subscriber gives it: read and judged
// before it is stored, so that a mistake is found at once and not in the night.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { oneLine } from './one-line.ts'

/** What a connection shows: the chain and its key, both in PEM. */
export interface ClientIdentity {
  readonly chain: string
  readonly key: string
}

export interface CertificateFacts {
  /** Whom it names, in one line. */
  readonly subject: string
  readonly validUntil: Date
  /** SHA-256 of the DER form, in base64url. */
  readonly fingerprint: string
}

export interface CertificateFault {
  readonly ok: false
  readonly field: 'clientCertificate' | 'clientKey'
  readonly rule: string
  readonly detail: string
}

const certificatesMax = 5
const certificateForm = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g
// RFC 5280 §4.2.1.12.
const clientAuthentication = '1.3.6.1.5.5.7.3.2'

/**
 * Reads a chain, the client's own certificate first, and its key. Refuses what is not valid at `at`, is
 * in no order, is not for clients, does not belong together, or what OpenSSL would not use; no
 * detail repeats the key.
 */
export function readClientIdentity(
  given: ClientIdentity,
  at: Date,
): ({ readonly ok: true } & ClientIdentity & CertificateFacts) | CertificateFault {
  const certificates = readChain(given.chain)
  const [own] = certificates ?? []
  if (!certificates || !own) {
    return refuse(
      'form',
      `it must be 1 to ${certificatesMax} certificates in PEM, and nothing else`,
    )
  }
  const key = readKey(given.key)
  const fault = chainFault(certificates, at) ?? purposeFault(own) ?? keyFault(own, key)
  if (fault) return fault
  const identity = {
    chain: certificates.map(String).join(''),
    key: String(key?.export({ type: 'pkcs8', format: 'pem' })),
  }
  const unusable = contextFault(identity)
  if (unusable !== null) return refuse('unusable', unusable)
  return { ok: true, ...identity, ...factsOf(own) }
}

/** What a stored chain says of itself; throws when it is none. */
export function certificateFacts(chain: string): CertificateFacts {
  return factsOf(new X509Certificate(chain))
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    // Parts are lines, the most general first.
    subject: oneLine(certificate.subject.split('\n').toReversed().join(', ')) || 'no name',
    validUntil: certificate.validToDate,
    fingerprint: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString(
      'base64url',
    ),
  }
}

function readChain(text: string): X509Certificate[] | undefined {
  const blocks = text.match(certificateForm) ?? []
  if (blocks.length > certificatesMax || text.replaceAll(certificateForm, '').trim() !== '') {
    return undefined
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return undefined
  }
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: text, format: 'pem' })
  } catch {
    // Also when it has a password: nobody is there to type it.
    return undefined
  }
}

function chainFault(chain: readonly X509Certificate[], at: Date): CertificateFault | undefined {
  for (const [index, certificate] of chain.entries()) {
    const which = `certificate ${index + 1} of the chain`
    if (certificate.validToDate <= at) {
      return refuse('expired', `${which} has expired on ${certificate.validToDate.toISOString()}`)
    }
    if (certificate.validFromDate > at) {
      return refuse(
        'early',
        `${which} is not valid before ${certificate.validFromDate.toISOString()}`,
      )
    }
    const issuer = chain[index + 1]
    if (issuer && !isIssuedBy(certificate, issuer)) {
      return refuse('chain', `${which} is not issued by the one after it`)
    }
  }
  return undefined
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

// Without the extension it is for everything.
function purposeFault({ keyUsage }: X509Certificate): CertificateFault | undefined {
  const purposes: readonly string[] | undefined = keyUsage
  if (!purposes || purposes.length === 0 || purposes.includes(clientAuthentication))
    return undefined
  return refuse('purpose', 'it is not for the authentication of clients (extended key usage)')
}

function keyFault(own: X509Certificate, key: KeyObject | undefined): CertificateFault | undefined {
  const field = 'clientKey'
  if (!key) {
    return refuse('form', 'it must be one private key in PEM, without a password', field)
  }
  if (own.checkPrivateKey(key)) return undefined
  return refuse('mismatch', 'it is not the key of the certificate', field)
}

function contextFault({ chain, key }: ClientIdentity): string | null {
  try {
    createSecureContext({ cert: chain, key })
    return null
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : 'unknown'
    return oneLine(`it cannot be used for TLS: ${reason}`)
  }
}

function refuse(
  rule: string,
  detail: string,
  field: CertificateFault['field'] = 'clientCertificate',
): CertificateFault {
  return { ok: false, field, rule: `${field}.${rule}`, detail }
}
