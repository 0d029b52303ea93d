import { expect, test } from 'vitest'
import { newSecret, readSecret } from './secret.ts'

test('makes secrets of 32 random bytes in the form of Standard Webhooks', () => {
  const secrets = new Set(Array.from({ length: 100 }, newSecret))
  expect(secrets.size).toBe(100)
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(readSecret(secret)).toHaveLength(32)
  }
})

test.each([24, 64])('reads a secret of %i bytes', (length) => {
  expect(readSecret(`whsec_${Buffer.alloc(length, 7).toString('base64')}`)).toHaveLength(length)
})

test.each([
  '',
  'whsec_',
  `whsec_${Buffer.alloc(23).toString('base64')}`,
  `whsec_${Buffer.alloc(65).toString('base64')}`,
  `whpk_${Buffer.alloc(32, 7).toString('base64')}`,
  Buffer.alloc(32, 7).toString('base64'),
  `whsec_${Buffer.alloc(32, 255).toString('base64url')}`,
  `whsec_${Buffer.alloc(32, 7).toString('base64')} `,
  `whsec_hunter2-hunter2-hunter2-hunter2-hunter2-hu`,
])('refuses %j as a secret, and does not repeat it', (secret) => {
  expect(() => readSecret(secret)).toThrow(TypeError)
  try {
    readSecret(secret)
  } catch (error) {
    const text = secret.replace('whsec_', '')
    if (text !== '') expect(String(error)).not.toContain(text)
  }
})
