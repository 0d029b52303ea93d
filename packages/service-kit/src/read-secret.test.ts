import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, readEnv } from './env.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-secret-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const setting = {
  name: 'WORD',
  fileName: 'WORD_FILE',
  parse: (text: string) => (text.trim() === 'くれない' ? text.trim() : undefined),
  is: 'the word of the day',
  how: 'ask for it',
}

function read(env: Record<string, string>): string {
  return readEnv(env, (reader) => reader.secret(setting))
}

function refusal(env: Record<string, string>): string {
  try {
    read(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  return expect.unreachable()
}

function fileOf(text: string, mode: number): string {
  const path = join(folder, `word-${mode.toString(8)}-${Buffer.byteLength(text)}`)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

describe('a secret setting', () => {
  test('is read from its variable, or from a file that only its owner may read', () => {
    expect(read({ WORD: 'くれない' })).toBe('くれない')
    expect(read({ WORD: '', WORD_FILE: fileOf('くれない\n', 0o600) })).toBe('くれない')
    expect(read({ WORD_FILE: fileOf('くれない\n\n', 0o400) })).toBe('くれない')
  })

  test.each([0o640, 0o604, 0o644, 0o660, 0o610, 0o444])(
    'is refused from a file of mode %o, with the way to mend it',
    (mode) => {
      const path = fileOf('くれない', mode)
      expect(refusal({ WORD_FILE: path })).toContain(`chmod 600 ${path}`)
    },
  )

  test('is refused when both are set, when neither is, and when the file is not there', () => {
    expect(refusal({ WORD: 'くれない', WORD_FILE: fileOf('くれない', 0o600) })).toContain(
      'WORD and WORD_FILE must not both be set',
    )
    expect(refusal({})).toContain('WORD or WORD_FILE must be set: ask for it')
    expect(refusal({ WORD_FILE: join(folder, 'absent') })).toContain('ENOENT')
    expect(refusal({ WORD_FILE: folder })).toContain('the file of WORD_FILE')
  })

  test('is refused when it is another one, and the refusal does not repeat it', () => {
    const path = fileOf('みどり', 0o600)
    for (const [name, value] of [['WORD', 'みどり'] as const, ['WORD_FILE', path] as const]) {
      const said = refusal({ [name]: value })
      expect(said).toContain('the word of the day')
      expect(said).not.toContain('みどり')
    }
    expect(refusal({ WORD_FILE: fileOf('x'.repeat(5000), 0o600) })).toContain('too long')
  })
})
