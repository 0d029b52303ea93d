// The worked example of docs/authentication.md is one that a partner can rely on.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readPublicKey } from './public-key.ts'
import { verifyRequest } from './verify-request.ts'

const page = readFileSync(new URL('../../../docs/authentication.md', import.meta.url), 'utf8')
const [, example = ''] = page.split('### A worked example')
const blocks = [...example.matchAll(/```(\w*)\n([\s\S]*?)\n```/g)].map(([, , text = '']) => text)
const [body = '', base = '', request = ''] = blocks

test('the worked example verifies, over the signature base that is shown', async () => {
  const [first = '', ...lines] = request.split('\n')
  const [method = '', path] = first.split(' ')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(': ', 1)[0]?.toLowerCase(), line.replace(/^[^:]+: /, '')]),
  ) as Record<string, string>
  const { jwk } = JSON.parse(body) as { jwk: object }
  const key = readPublicKey(jwk)
  const verdict = await verifyRequest(
    { method, targetUri: `https://${headers['host']}${path}`, headers, body: Buffer.from(body) },
    {
      at: new Date('2026-12-01T00:00:00Z'),
      skewSeconds: 300,
      required: ['authorization'],
      findKey: async (keyId) => (key.ok && keyId === key.keyId ? key.key : undefined),
    },
  )
  expect(verdict).toMatchObject({ ok: true, verified: { base } })
})

test('the thumbprint is made as the page says', () => {
  const key = readPublicKey((JSON.parse(body) as { jwk: object }).jwk)
  const { x } = (JSON.parse(body) as { jwk: { x: string } }).jwk
  const text = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`
  const thumbprint = createHash('sha256').update(text).digest('base64url')
  expect(key).toMatchObject({ keyId: thumbprint })
  expect(base).toContain(`keyid="${thumbprint}"`)
})
