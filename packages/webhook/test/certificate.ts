// Certificates for TLS tests, made on the spot: self-signed, so that each is its own authority, unless
// another one issues them. The few parts of X.509 v3 (RFC 5280) that they need, in DER.

import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Parts {
  readonly names: readonly string[]
  readonly addresses?: readonly string[]
  readonly validUntil?: Date
  readonly commonName?: string
  readonly issuer?: Certificate & { readonly commonName: string }
  /** Extended key usages, as DER of their identifiers in hex. */
  readonly usages?: readonly string[]
}

/** The extended key usages of servers and of clients (RFC 5280 §4.2.1.12). */
export const usages = { server: '2b06010505070301', client: '2b06010505070302' }

export function makeCertificate(options: Parts): Certificate {
  const { commonName = 'Renkei test', issuer } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const validUntil = options.validUntil ?? new Date(Date.now() + 3_600_000)
  const validFrom = new Date(validUntil.getTime() - 86_400_000)
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer?.commonName ?? commonName),
    sequence(utcTime(validFrom), utcTime(validUntil)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(
      0xa3,
      sequence(
        authority(),
        subjectNames(options.names, options.addresses ?? []),
        ...(options.usages ? [purposes(options.usages)] : []),
      ),
    ),
  )
  const signer = issuer ? createPrivateKey(issuer.key) : privateKey
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])
  const der = sequence(body, ecdsaWithSha256, tlv(0x03, signature))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))))
}

function purposes(usages: readonly string[]): Buffer {
  return sequence(oid('551d25'), tlv(0x04, sequence(...usages.map(oid))))
}

function authority(): Buffer {
  const isAuthority = tlv(0x01, Buffer.from([0xff]))
  return sequence(oid('551d13'), isAuthority, tlv(0x04, sequence(isAuthority)))
}

function subjectNames(names: readonly string[], addresses: readonly string[]): Buffer {
  const all = [
    ...names.map((name) => tlv(0x82, Buffer.from(name))),
    ...addresses.map((address) => tlv(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  return sequence(oid('551d11'), tlv(0x04, sequence(...all)))
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\D/g, '')
  return tlv(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => tlv(0x31, ...parts)
const integer = (bytes: Buffer) => tlv(0x02, bytes)
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
