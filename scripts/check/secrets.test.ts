// A secret that is committed by mistake is found, whichever file it is in, and not told again.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { secrets } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'renkei-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function repositoryOf(path: string, content: string) {
  writeFileSync(join(folder, path), content)
  return { root: folder, paths: [path], text: () => content }
}

// Put together here, so that this file holds none.
const planted: readonly [string, string, string][] = [
  ['a token', 'notes.md', ['gh', 'p_', 'a1B2c3D4e5F6'.repeat(3)].join('')],
  [
    'a password',
    'config.ts',
    ['postgres://renkei:', 'Kx81mQ', '@db.internal:5432/renkei'].join(''),
  ],
  ['a private key', 'key.pem', pem()],
  [
    'a key of Renkei',
    'curl.sh',
    ['rk', '0123456789abcdef', 'aB3-'.repeat(11).slice(0, 43)].join('_'),
  ],
]

test.each(planted)('finds %s', async (_, path, secret) => {
  const { problems } = await secrets(repositoryOf(path, `first\nvalue = "${secret}"\n`))
  expect(problems).not.toEqual([])
  expect(problems.join('\n')).toContain(path)
  expect(problems.join('\n')).not.toContain(secret)
})

test('finds nothing in what has none', async () => {
  const example = `rk_0123456789abcdef_${'A'.repeat(43)}`
  const text = `${example} postgres://localhost/renkei, Bearer rk_…, whsec_ and a digest 9f86d081884c7d65`
  expect((await secrets(repositoryOf('clean.md', text))).problems).toEqual([])
})

function pem(): string {
  const key = ['RSA', 'PRIVATE', 'KEY'].join(' ')
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} ${key}-----`)
  return [begin, ...Array.from({ length: 8 }, () => 'MIIEpAIBAAKCAQEA'.repeat(4)), end].join('\n')
}
