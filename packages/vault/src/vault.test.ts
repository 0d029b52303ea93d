import { createSecretKey, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TamperedError, UnknownDataKeyError, VaultError, WrongKeyError } from './errors.ts'
import { fingerprintOf, newKeyText, parseKey, rewrap } from './keys.ts'
import { makeMemoryStore, type MemoryStore } from '../test/memory-store.ts'
import { openSealed, openVault, type VaultOptions } from './vault.ts'

const kek = () => createSecretKey(randomBytes(32))

function open(store: MemoryStore, key = kek(), options: Partial<VaultOptions> = {}) {
  return openVault({ key, store, ...options })
}

const vault = await open(makeMemoryStore())

describe('what is sealed', () => {
  test('opens to the same bytes, whatever they are, at its own place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (bytes, context) => {
        expect(vault.open(vault.seal(Buffer.from(bytes), context), context)).toEqual(
          Buffer.from(bytes),
        )
      }),
    )
  })

  test('opens to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(vault.open(vault.seal(text, 'here'), 'here').toString()).toBe(text)
      }),
    )
  })

  test('is refused when any one bit of it is another', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), (bytes, pick) => {
        const sealed = Buffer.from(vault.seal(Buffer.from(bytes), 'here'))
        const bit = pick % (sealed.length * 8)
        sealed[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => vault.open(sealed.toString('latin1'), 'here')).toThrow(VaultError)
      }),
      { numRuns: 3000 },
    )
  })

  test('is refused when the bits that base64 leaves unused are other ones', () => {
    const sealed = vault.seal('x', 'here')
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = Array.from(digits)
      .map((digit) => sealed.slice(0, -1) + digit)
      .filter((text) => text !== sealed)
    for (const other of others) expect(() => vault.open(other, 'here')).toThrow(TamperedError)
  })

  test('is refused at another place, cut short, or under the name of another data key', () => {
    const sealed = vault.seal('secret', 'row 1')
    expect(() => vault.open(sealed, 'row 2')).toThrow(TamperedError)
    expect(() => vault.open(sealed.slice(0, 40), 'row 1')).toThrow(TamperedError)
    expect(() => vault.open('v1..', 'row 1')).toThrow(TamperedError)
    expect(() => vault.open('plain', 'row 1')).toThrow(TamperedError)
    const renamed = sealed.replace(/\.[0-9a-f]{16}\./, `.${'0'.repeat(16)}.`)
    expect(() => vault.open(renamed, 'row 1')).toThrow(UnknownDataKeyError)
  })

  test('is never the same twice and holds nothing readable', () => {
    const sealed = Array.from({ length: 100 }, () => vault.seal('くれない', 'here'))
    expect(new Set(sealed).size).toBe(100)
    for (const text of sealed) expect(text).toMatch(/^v1\.[0-9a-f]{16}\.[\w-]+$/)
  })

  test('is not told by the error that refuses it', () => {
    const sealed = vault.seal('くれない', 'row 1')
    try {
      vault.open(sealed, 'row 2')
      expect.unreachable()
    } catch (error) {
      const told = inspect(error)
      expect(told).toContain('row 2')
      expect(told).not.toContain(sealed.slice(-20))
      expect(told).not.toContain('くれない')
    }
  })
})

describe('the key of the vault', () => {
  test('is base64 of exactly 32 bytes and nothing else', () => {
    expect(parseKey(newKeyText())).toBeDefined()
    expect(parseKey(`${newKeyText()}\n`)).toBeDefined()
    const wrong = [
      '',
      'secret',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      randomBytes(32).toString('hex'),
      `${newKeyText()}x`,
      newKeyText().replace('=', ''),
    ]
    for (const text of wrong) expect(parseKey(text), text).toBeUndefined()
  })

  test('is shown by no JSON, inspection or fingerprint', () => {
    const text = newKeyText()
    const key = parseKey(text)!
    const shown = `${JSON.stringify({ key })}${inspect({ key }, { depth: 9 })}${fingerprintOf(key)}`
    expect(shown).not.toContain(text.slice(0, 10))
    expect(fingerprintOf(key)).toMatch(/^[0-9a-f]{16}$/)
    expect(fingerprintOf(parseKey(text)!)).toBe(fingerprintOf(key))
  })

  test('is refused when it is another one, with both fingerprints', async () => {
    const store = makeMemoryStore()
    const [right, wrong] = [kek(), kek()]
    await open(store, right)
    const refused = await open(store, wrong).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(WrongKeyError)
    expect((refused as Error).message).toContain(fingerprintOf(right))
    expect((refused as Error).message).toContain(fingerprintOf(wrong))
  })

  test('is refused when a wrapped data key was changed', async () => {
    const store = makeMemoryStore()
    const key = kek()
    await open(store, key)
    store.rows[0]!.wrapped[20]! ^= 1
    await expect(open(store, key)).rejects.toThrow(TamperedError)
  })

  test('can be replaced: everything opens with the new one and nothing with the old one', async () => {
    const store = makeMemoryStore()
    const [before, after] = [kek(), kek()]
    const old = await open(store, before)
    const sealed = old.seal('secret', 'here')
    store.rows = store.rows.map((row) => ({ ...row, ...rewrap(row, before, after)! }))
    expect((await open(store, after)).open(sealed, 'here').toString()).toBe('secret')
    await expect(open(store, before)).rejects.toThrow(WrongKeyError)
    // A process that has opened its data keys before goes on.
    expect(old.open(old.seal('later', 'here'), 'here').toString()).toBe('later')
    expect(rewrap(store.rows[0]!, before, after)).toBeUndefined()
  })
})

describe('a digest', () => {
  test('is the same in every process, after both keys were replaced, and of another database another', async () => {
    const store = makeMemoryStore()
    const [before, after] = [kek(), kek()]
    const first = await open(store, before, { sealsMax: 0 })
    const digest = first.digest(Buffer.from('x'))
    expect(digest).toHaveLength(32)
    expect(store.rows.length).toBeGreaterThan(1)
    expect((await open(store, before)).digest(Buffer.from('x'))).toEqual(digest)
    store.rows = store.rows.map((row) => ({ ...row, ...rewrap(row, before, after)! }))
    expect((await open(store, after)).digest(Buffer.from('x'))).toEqual(digest)
    expect(first.digest(Buffer.from('y'))).not.toEqual(digest)
    expect(vault.digest(Buffer.from('x'))).not.toEqual(digest)
  })
})

describe('a data key', () => {
  test('is made once when several start on an empty store at once', async () => {
    const store = makeMemoryStore()
    const key = kek()
    const vaults = await Promise.all([open(store, key), open(store, key), open(store, key)])
    expect(store.rows).toHaveLength(1)
    const sealed = vaults[0].seal('secret', 'here')
    for (const one of vaults) expect(one.open(sealed, 'here').toString()).toBe('secret')
  })

  test('that another process made is read once, and one that is nowhere is asked for once', async () => {
    const store = makeMemoryStore()
    const key = kek()
    const reader = await open(store, key)
    // Its first act is to replace the data key.
    const writer = await open(store, key, { sealsMax: 0 })
    const sealed = writer.seal('secret', 'here')
    expect(() => reader.open(sealed, 'here')).toThrow(UnknownDataKeyError)
    const before = store.reads
    for (let times = 0; times < 3; times += 1) {
      expect((await openSealed(reader, sealed, 'here')).toString()).toBe('secret')
    }
    expect(store.reads - before).toBe(1)
    const foreign = sealed.replace(/\.[0-9a-f]{16}\./, `.${'0'.repeat(16)}.`)
    for (let times = 0; times < 3; times += 1) {
      await expect(openSealed(reader, foreign, 'here')).rejects.toThrow(UnknownDataKeyError)
    }
    expect(store.reads - before).toBe(2)
  })

  test('seals no more than was reserved for it, over all processes, and then another takes over', async () => {
    const store = makeMemoryStore()
    const key = kek()
    const options = { leaseSeals: 10, sealsMax: 40 }
    const vaults = [await open(store, key, options), await open(store, key, options)]
    const used = new Map<string, number>()
    const sealed: string[] = []
    for (let times = 0; times < 300; times += 1) {
      const one = vaults[times % 2]!
      const text = one.seal(`${times}`, 'here')
      sealed.push(text)
      const [, id = ''] = text.split('.')
      used.set(id, (used.get(id) ?? 0) + 1)
      await one.settled()
    }
    expect(used.size).toBeGreaterThan(5)
    for (const [id, count] of used) {
      expect(count).toBeLessThanOrEqual(store.rows.find((row) => row.dataKeyId === id)!.seals)
      expect(count).toBeLessThanOrEqual(60)
    }
    expect(store.rows.filter((row) => row.active)).toHaveLength(1)
    const reader = await open(store, key)
    for (const [index, text] of sealed.entries()) {
      expect(reader.open(text, 'here').toString()).toBe(String(index))
    }
  })

  test('is not used beyond its reserve while the store is away, and is again when it is back', async () => {
    const store = makeMemoryStore()
    const faults: unknown[] = []
    const one = await open(store, kek(), { leaseSeals: 10, onFault: (error) => faults.push(error) })
    store.away = true
    const seals = []
    for (let times = 0; times < 10; times += 1) {
      seals.push(one.seal('x', 'here'))
      await one.settled()
    }
    expect(() => one.seal('x', 'here')).toThrow('must not seal more')
    await one.settled()
    expect(faults.length).toBeGreaterThan(0)
    store.away = false
    expect(() => one.seal('x', 'here')).toThrow('must not seal more')
    await one.settled()
    expect(one.open(one.seal('x', 'here'), 'here').toString()).toBe('x')
  })

  test('that was replaced by an operator is left within the time of a look', async () => {
    const store = makeMemoryStore()
    const key = kek()
    const one = await open(store, key, { lookMs: 0 })
    const other = await open(store, key, { sealsMax: 0 })
    await other.settled()
    one.seal('x', 'here')
    await one.settled()
    const [, id] = one.seal('x', 'here').split('.')
    expect(id).toBe(store.rows.find((row) => row.active)!.dataKeyId)
  })
})
