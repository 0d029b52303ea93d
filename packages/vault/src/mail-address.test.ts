import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeMemoryStore } from '../test/memory-store.ts'
import { TamperedError } from './errors.ts'
import {
  bounceMark,
  linkToken,
  openAddress,
  openTarget,
  sealAddress,
  sealTarget,
} from './mail-address.ts'
import { openVault } from './vault.ts'

const store = makeMemoryStore()
const key = createSecretKey(randomBytes(32))
const vault = await openVault({ key, store })
const holder = { organisationId: 'abc', subscriptionId: 's-1' }

describe('an address', () => {
  test('of a subscription opens for it, and for no other subscription or organisation', async () => {
    const target = sealTarget(vault, holder, 'noc@example.jp')
    expect(JSON.stringify(target)).not.toContain('noc')
    expect(await openTarget(vault, { ...holder, target })).toBe('noc@example.jp')
    for (const other of [{ subscriptionId: 's-2' }, { organisationId: 'abd' }]) {
      await expect(openTarget(vault, { ...holder, ...other, target })).rejects.toThrow(
        TamperedError,
      )
    }
  })

  test('of an order opens for that order only', async () => {
    const order = { organisationId: 'abc', mailId: 'm-1' }
    const sealed = sealAddress(vault, order, 'noc@example.jp')
    expect(await openAddress(vault, order, sealed)).toBe('noc@example.jp')
    await expect(openAddress(vault, { ...order, mailId: 'm-2' }, sealed)).rejects.toThrow(
      TamperedError,
    )
  })
})

describe('the token of a link', () => {
  const token = linkToken(vault, ['unsubscribe', 's-1'])

  test('is the same in every process, and another one for every purpose and object', async () => {
    const again = await openVault({ key, store })
    expect(linkToken(again, ['unsubscribe', 's-1'])).toBe(token)
    const others = [
      ['unsubscribe', 's-2'],
      ['verifyAddress', 's-1'],
      ['unsubscribe', 's', '-1'],
    ]
    for (const other of others) expect(linkToken(vault, other)).not.toBe(token)
  })

  test('is 192 bits of what only the key makes, and fits into a path', async () => {
    expect(token).toMatch(/^[\w-]{32}$/)
    const stranger = await openVault({
      key: createSecretKey(randomBytes(32)),
      store: makeMemoryStore(),
    })
    expect(linkToken(stranger, ['unsubscribe', 's-1'])).not.toBe(token)
  })

  test('is not the mark of a return address', () => {
    expect(bounceMark(vault, 's-1')).toMatch(/^[0-9a-f]{20}$/)
    expect(bounceMark(vault, 's-1')).not.toBe(bounceMark(vault, 's-2'))
  })
})
