// Sessions here are promises that each test settles itself.

import { expect, test } from 'vitest'
import { keepOpen, type Session } from './keep-open.ts'

test('tells of an outage once, however many sessions fail, and of its end', async () => {
  const store = scriptedStore(['fail', 'fail', 'fail', 'work'])
  const kept = keepOpen(store.options)
  await store.up.promise
  expect(store.told).toEqual(['down: session 0', 'up: session 3'])
  await kept.close()
})

test('closes a broken session by force and opens the next', async () => {
  const store = scriptedStore(['work', 'work'])
  const kept = keepOpen(store.options)
  await store.up.promise
  store.up = Promise.withResolvers<void>()
  store.sessions[0]!.fail()
  await store.up.promise
  expect(store.closed).toEqual(['session 0 by force'])
  await kept.close()
  expect(store.closed).toEqual(['session 0 by force', 'session 1 gracefully'])
})

test('ends while a session is still being opened, and while it waits for the next try', async () => {
  const opening = scriptedStore(['hang'])
  await keepOpen(opening.options).close()
  expect(opening.closed).toEqual(['session 0 gracefully'])

  const waiting = scriptedStore(['fail', 'hang'])
  const kept = keepOpen(waiting.options)
  await waiting.down.promise
  await kept.close()
  expect(waiting.sessions).toHaveLength(1)
})

test('throws what the first opening throws, since no later one would fare better', () => {
  const open = () => {
    throw new Error('no such kind of store')
  }
  expect(() => keepOpen({ open, onUp: ignore, onDown: ignore })).toThrow('no such kind of store')
})

interface TestSession extends Session {
  readonly name: string
  fail(): void
}

function scriptedStore(script: ('work' | 'fail' | 'hang')[]) {
  const sessions: TestSession[] = []
  const told: string[] = []
  const closed: string[] = []
  const store = {
    sessions,
    told,
    closed,
    up: Promise.withResolvers<void>(),
    down: Promise.withResolvers<void>(),
    options: { open, onUp, onDown },
  }

  function open(): TestSession {
    const name = `session ${sessions.length}`
    const act = script[sessions.length]
    const ready = Promise.withResolvers<void>()
    const broken = Promise.withResolvers<Error>()
    const fail = () => broken.resolve(new Error(name))
    const close = async (graceful: boolean) =>
      void closed.push(`${name} ${graceful ? 'gracefully' : 'by force'}`)
    const session = { name, ready: ready.promise, broken: broken.promise, close, fail }
    sessions.push(session)
    if (act === 'work') ready.resolve()
    if (act === 'fail') fail()
    return session
  }

  function onUp(session: TestSession) {
    told.push(`up: ${session.name}`)
    store.up.resolve()
  }

  function onDown(reason: Error) {
    told.push(`down: ${reason.message}`)
    store.down.resolve()
  }

  return store
}

function ignore() {}
