import type { Access } from '@renkei/db'
import { expect, test } from 'vitest'
import { gather } from './gather.ts'

function access(members: Partial<Access> = {}): Access {
  return {
    at: new Date('2026-11-22T12:00:00Z'),
    organisationId: 'example-mobile',
    keyId: 'key',
    requestId: 'a',
    address: '127.0.0.1',
    action: 'feed.read',
    objectType: 'report',
    objectIds: ['1'],
    objectOwner: 'example-fixed',
    detail: { fields: ['state'], audience: 'peer' },
    ...members,
  }
}

test('looks that differ in the objects, fields and request become one row with all of them', () => {
  const waiting = gather()
  void waiting.add(access(), 'alike')
  const more = {
    objectIds: ['2', '1'],
    requestId: 'b',
    detail: { fields: ['cause'], audience: 'peer' },
  }
  void waiting.add(access(more), 'alike')
  const [row, ...none] = waiting.take(10)
  expect(none).toEqual([])
  expect(row?.access).toMatchObject({
    objectIds: ['1', '2'],
    requestId: 'a',
    detail: { fields: ['state', 'cause'], audience: 'peer' },
  })
})

test.each([
  ['key', { keyId: 'another' }],
  ['address', { address: '::1' }],
  ['owner', { objectOwner: 'example-other' }],
  ['kind of object', { objectType: 'notice' }],
  ['way of seeing', { detail: { fields: ['state'], audience: 'regulator' } }],
])('looks that differ in the %s stay apart', (_, members) => {
  const waiting = gather()
  void waiting.add(access(), 'alike')
  void waiting.add(access(members), 'alike')
  expect(waiting.size()).toBe(2)
})

test('what is not to be merged stays apart, and what was taken takes nothing more', () => {
  const waiting = gather()
  void waiting.add(access(), 'never')
  void waiting.add(access(), 'never')
  void waiting.add(access(), 'alike')
  expect(waiting.take(3)).toHaveLength(3)
  void waiting.add(access(), 'alike')
  expect(waiting.size()).toBe(1)
})

test('a row names a thousand objects and the next ones are in another', () => {
  const waiting = gather()
  const ids = Array.from({ length: 600 }, (_, index) => `${index}`)
  void waiting.add(access({ objectIds: ids }), 'alike')
  void waiting.add(access({ objectIds: ids.map((id) => `x${id}`) }), 'alike')
  expect(waiting.size()).toBe(2)
})

test('everybody whose look stands in a row hears what became of it', async () => {
  const waiting = gather()
  const all = [waiting.add(access(), 'alike'), waiting.add(access(), 'alike')]
  const [row] = waiting.take(1)
  row?.settle(new Error('the disk is full'))
  for (const one of all) await expect(one).rejects.toThrow('the disk is full')
  const fine = waiting.add(access(), 'alike')
  for (const { settle } of waiting.take(1)) settle(undefined)
  await expect(fine).resolves.toBeUndefined()
})
