import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeCertificate, usages } from '../test/certificate.ts'
import { certificateFacts, readClientIdentity } from './client-certificate.ts'

const at = new Date()
const client = makeCertificate({ names: [], commonName: 'renkei-client' })
const authority = { ...makeCertificate({ names: [], commonName: 'CA' }), commonName: 'CA' }
const issued = makeCertificate({ names: [], commonName: 'leaf', issuer: authority })
const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = { type: 'pkcs8', format: 'pem' } as const

test('takes a certificate with its key, and says whom it names, until when, and its fingerprint', () => {
  const read = readClientIdentity({ chain: client.cert, key: client.key }, at)
  expect(read).toMatchObject({ ok: true, subject: 'CN=renkei-client' })
  expect(read).toMatchObject({ fingerprint: expect.stringMatching(/^[\w-]{43}$/) })
  const { subject, validUntil, fingerprint } = certificateFacts(client.cert)
  expect(read).toMatchObject({ subject, validUntil, fingerprint })
  expect(validUntil.getTime()).toBeGreaterThan(at.getTime())
})

test('takes a chain in its order, with blank lines about it, and one that is for clients', () => {
  const chain = `\n${issued.cert}\n${authority.cert}\n`
  expect(readClientIdentity({ chain, key: issued.key }, at)).toMatchObject({ ok: true })
  const both = makeCertificate({ names: [], usages: [usages.server, usages.client] })
  expect(readClientIdentity({ chain: both.cert, key: both.key }, at)).toMatchObject({ ok: true })
})

const expired = makeCertificate({ names: [], validUntil: new Date(at.getTime() - 1000) })
const early = makeCertificate({ names: [], validUntil: new Date(at.getTime() + 40 * 86_400_000) })
const server = makeCertificate({ names: [], usages: [usages.server] })
const locked = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { ...pem, cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey
const publicKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: pem,
}).publicKey

test.each([
  ['text that is none', 'MIIB', client.key, 'clientCertificate.form'],
  ['something beside it', `${client.cert}x`, client.key, 'clientCertificate.form'],
  [
    'a certificate that is cut',
    client.cert.replace('MII', 'AII'),
    client.key,
    'clientCertificate.form',
  ],
  ['six certificates', client.cert.repeat(6), client.key, 'clientCertificate.form'],
  ['one that has expired', expired.cert, expired.key, 'clientCertificate.expired'],
  ['one that is not valid yet', early.cert, early.key, 'clientCertificate.early'],
  [
    'a chain in the wrong order',
    authority.cert + issued.cert,
    authority.key,
    'clientCertificate.chain',
  ],
  ['a stranger behind it', issued.cert + client.cert, issued.key, 'clientCertificate.chain'],
  ['one for servers only', server.cert, server.key, 'clientCertificate.purpose'],
  ['another key', client.cert, String(otherKey.export(pem)), 'clientKey.mismatch'],
  ['a key with a password', client.cert, locked, 'clientKey.form'],
  ['a public key', client.cert, publicKey, 'clientKey.form'],
  [
    'no key',
    client.cert,
    '-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----',
    'clientKey.form',
  ],
])('refuses %s, naming the field, and does not repeat the key', (_, chain, key, rule) => {
  const read = readClientIdentity({ chain, key }, at)
  expect(read).toMatchObject({ ok: false, rule, field: rule.split('.')[0] })
  expect(JSON.stringify(read)).not.toContain(key.split('\n')[1] || 'BEGIN')
})

test('refuses an issuer that only has the name of the right one', () => {
  const impostor = makeCertificate({ names: [], commonName: 'CA' })
  const read = readClientIdentity({ chain: issued.cert + impostor.cert, key: issued.key }, at)
  expect(read).toMatchObject({ ok: false, rule: 'clientCertificate.chain' })
})
