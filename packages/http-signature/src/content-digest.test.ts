import { describe, expect, test } from 'vitest'
import { contentDigest, contentDigestFault } from './content-digest.ts'

// RFC 9530 Appendix D gives both digests of this body.
const body = Buffer.from('{"hello": "world"}\n')
const sha256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'

test('the digest of RFC 9530 is given and holds', () => {
  expect(contentDigest(body)).toBe(sha256)
  expect(contentDigestFault(sha256, body)).toBeUndefined()
  expect(contentDigestFault(contentDigest(body, 'sha-512'), body)).toBeUndefined()
})

test('an algorithm that is not known is passed over beside one that is', () => {
  expect(contentDigestFault(`unixsum=:AAAA:, ${sha256}`, body)).toBeUndefined()
})

describe('a digest does not hold', () => {
  test.each([
    ['of another body', contentDigest(Buffer.from('x'))],
    ['of which one of two is wrong', `${sha256}, ${contentDigest(Buffer.from('x'), 'sha-512')}`],
    ['by an algorithm that is broken', 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:'],
    ['that is a string', 'sha-256="RK/0qy18"'],
    ['that is a list', 'sha-256=(:RK/0:)'],
    ['that is rubbish', ':::::'],
    ['that is empty', ''],
  ])('%s', (_, value) => {
    expect(contentDigestFault(value, body)).toEqual(expect.any(String))
  })
})
