import { connect } from 'node:net'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { redisSkipReason, startRedis } from '../src/index.ts'
import type { TestRedis } from '../src/index.ts'

const skipReason = redisSkipReason()

async function ask(url: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.once('error', reject).once('data', (chunk) => {
      resolve(String(chunk).trim())
      socket.destroy()
    })
    socket.write(`${words}\r\n`)
  })
}

async function start(): Promise<TestRedis> {
  vi.stubEnv('TEST_REDIS_URL', '')
  vi.stubEnv('REDIS_URL', '')
  const redis = await startRedis()
  if (redis === undefined) throw new Error('The suite should have been skipped')
  onTestFinished(async () => redis.stop())
  return redis
}

afterEach(() => void vi.unstubAllEnvs())

describe.skipIf(skipReason !== undefined)(`a Redis of our own ${skipReason ?? ''}`, () => {
  test('flush wipes it', async () => {
    const redis = await start()
    await ask(redis.url, 'SET a 1')
    await redis.flush()
    expect(await ask(redis.url, 'GET a')).toBe('$-1')
  })

  test('kill leaves nobody on its port; restart brings it back empty at the same URL', async () => {
    const redis = await start()
    await ask(redis.url, 'SET a 1')
    await redis.kill()
    await expect(ask(redis.url, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await redis.restart()
    expect(await ask(redis.url, 'GET a')).toBe('$-1')
  })

  test('one that REDIS_URL names is flushed on request, never killed or stopped', async () => {
    const ours = await start()
    vi.stubEnv('REDIS_URL', ours.url)
    const given = await startRedis()
    await ask(ours.url, 'SET a 1')
    await given?.flush()
    expect(await ask(ours.url, 'GET a')).toBe('$-1')
    await expect(given?.kill()).rejects.toThrow('not ours')
    await given?.stop()
    expect(await ask(ours.url, 'PING')).toBe('+PONG')
  })
})

test('where there is none, the reason says how to get one', async () => {
  vi.stubEnv('TEST_REDIS_URL', '')
  vi.stubEnv('REDIS_URL', '')
  vi.stubEnv('PATH', '/nonexistent')
  expect(redisSkipReason()).toContain('apt-get install redis-server')
  expect(await startRedis()).toBeUndefined()
})
