import { sign, verify } from 'node:crypto'
import { publicKeyOf } from '@renkei/http-signature'
import { fakeClock } from '@renkei/testkit'
import { expect, test } from 'vitest'
import {
  createPlatformKeys,
  newPlatformKey,
  type PlatformKeyStore,
  publishedBeforeMs,
  type SealedPlatformKey,
} from './platform-keys.ts'

type Stored = SealedPlatformKey & { readonly signsFrom: Date }

const startIso = '2026-07-01T00:00:00Z'
const start = new Date(startIso)

// Seals by naming the place before the text: opened at another place it fails.
const sealer = {
  seal: (plain: Buffer, context: string) => `${context}|${plain.toString('base64')}`,
  open: async (sealed: string, context: string) => {
    const [place, text = ''] = sealed.split('|')
    if (place !== context) throw new Error('this belongs to another place')
    return Buffer.from(text, 'base64')
  },
}

function memoryStore() {
  const keys: Stored[] = []
  const state = { reads: 0, away: false }
  const store: PlatformKeyStore = {
    async readAll() {
      state.reads += 1
      if (state.away) throw new Error('the store is away')
      return keys.toReversed()
    },
    async addFirst(key, at) {
      if (keys.length === 0) keys.push({ ...key, signsFrom: at })
    },
  }
  return { keys, state, store }
}

test('makes the first key on first use, and one only, however many ask at once', async () => {
  const { keys, store } = memoryStore()
  const clock = fakeClock(startIso)
  const processes = [1, 2, 3].map(() =>
    createPlatformKeys({ store, sealer, now: () => clock.now() }),
  )
  const given = await Promise.all(processes.flatMap((one) => [one.current(), one.current()]))
  expect(keys).toHaveLength(1)
  expect(new Set(given.map(({ keyId }) => keyId))).toEqual(new Set([keys[0]!.keyId]))
  const signature = sign(null, Buffer.from('x'), given[0]!.privateKey)
  expect(verify(null, Buffer.from('x'), publicKeyOf(keys[0]!.publicKey).key, signature)).toBe(true)
})

test('signs with a new key when its time has come, without a restart', async () => {
  const { keys, store } = memoryStore()
  const clock = fakeClock(startIso)
  const platform = createPlatformKeys({ store, sealer, now: () => clock.now() })
  const first = await platform.current()
  const signsFrom = new Date(start.getTime() + publishedBeforeMs)
  keys.push({ ...newPlatformKey(sealer), signsFrom })
  clock.advance(publishedBeforeMs - 1)
  expect((await platform.current()).keyId).toBe(first.keyId)
  clock.advance(60_001)
  expect((await platform.current()).keyId).toBe(keys[1]!.keyId)
})

test('asks the store once a minute, and signs on while the store is away', async () => {
  const { state, store } = memoryStore()
  const clock = fakeClock(startIso)
  const platform = createPlatformKeys({ store, sealer, now: () => clock.now() })
  const { keyId } = await platform.current()
  const reads = state.reads
  await platform.current()
  expect(state.reads).toBe(reads)
  state.away = true
  clock.advance(60_001)
  expect((await platform.current()).keyId).toBe(keyId)
  expect(state.reads).toBe(reads + 1)
})

test('rejects when there never was a key to be read', async () => {
  const { state, store } = memoryStore()
  state.away = true
  const platform = createPlatformKeys({ store, sealer, now: () => start })
  await expect(platform.current()).rejects.toThrow('the store is away')
  state.away = false
  expect(await platform.current()).toHaveProperty('keyId')
})
