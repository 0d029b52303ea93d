import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { jwkOf, publicKeyOf, readPublicKey } from './public-key.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()

test('a key is the same as a JWK and as PEM, and has the thumbprint of RFC 8037 Appendix A.3', () => {
  const [ofJwk, ofPem] = [readPublicKey({ ...jwk, kid: 'mine', use: 'sig' }), readPublicKey(pem)]
  expect(ofJwk).toMatchObject({ ok: true })
  expect(ofPem).toMatchObject({ keyId: ofJwk.ok && ofJwk.keyId, bytes: ofJwk.ok && ofJwk.bytes })
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
  expect(readPublicKey({ kty: 'OKP', crv: 'Ed25519', x })).toMatchObject({
    keyId: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  })
})

test('the bytes that are kept give the key back', () => {
  const read = readPublicKey(jwk)
  const bytes = read.ok ? read.bytes : Buffer.alloc(0)
  expect(jwkOf(bytes)).toEqual(jwk)
  expect(publicKeyOf(bytes).key.equals(publicKey)).toBe(true)
})

describe('refused is', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const x25519 = generateKeyPairSync('x25519').publicKey
  const pemOf = (key: typeof rsa) => key.export({ format: 'pem', type: 'spki' }).toString()
  const cases: readonly [string, unknown, string][] = [
    ['an RSA key', pemOf(rsa), 'type'],
    ['an EC key', pemOf(ec), 'type'],
    ['an EC key as JWK', ec.export({ format: 'jwk' }), 'type'],
    ['a key for agreement', x25519.export({ format: 'jwk' }), 'type'],
    ['a private JWK', privateKey.export({ format: 'jwk' }), 'private'],
    ['a private PEM', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'private'],
    ['a secret', { kty: 'oct', k: 'c2VjcmV0' }, 'type'],
    ['a key that is too short', { ...jwk, x: 'AAAA' }, 'length'],
    ['a key with padding', { ...jwk, x: `${jwk.x}=` }, 'length'],
    ['PEM without end', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(10_000)}`, 'type'],
    ['rubbish', 'rubbish', 'type'],
    ['nothing', null, 'type'],
    ['a number', 7, 'type'],
  ]
  test.each(cases)('%s', (_, given, rule) => {
    expect(readPublicKey(given)).toMatchObject({ ok: false, rule })
  })

  // y = 0, 1, -1, p and p+1, the last two being other spellings of the first two.
  test.each(['00', '01', 'ec', 'ed', 'ee'])('a weak key that begins with %s', (first) => {
    const [rest, last] = first < 'e' ? ['00', '00'] : ['ff', '7f']
    const bytes = Buffer.from(`${first}${rest.repeat(30)}${last}`, 'hex')
    expect(readPublicKey(jwkOf(bytes))).toMatchObject({ ok: false, rule: 'weak' })
    bytes[31] = bytes[31]! | 0x80
    expect(readPublicKey(jwkOf(bytes))).toMatchObject({ ok: false, rule: 'weak' })
  })
})
