import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { spawnService, waitFor } from '../src/index.ts'
import type { ServiceProcess } from '../src/index.ts'

const talker = 'packages/testkit/test/fixtures/talker.ts'

afterEach(() => void vi.unstubAllEnvs())

function start(argv: string[], env?: Record<string, string>): ServiceProcess {
  const service = spawnService(argv, env)
  onTestFinished(async () => void (await service.kill()))
  return service
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a service process', () => {
  test('gets the environment it was given and none of ours', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://ours')
    const service = start([talker, 'north'], { TALKER: 'yes' })
    const [, name, secret] = await service.waitForLine(/listening as (\w+), secret (\w+)/)
    expect([name, secret]).toEqual(['north', 'yes'])
    await service.waitForLine(/^database unset$/)
  })

  test('stops in order on SIGTERM, with its last words and its exit code', async () => {
    const service = start([talker, 'north'])
    await service.waitForLine(/listening/)
    expect(await service.kill('SIGTERM')).toEqual({ code: 7, signal: null })
    expect(service.lines.at(-1)).toBe('asked to stop')
  })

  test('that ends instead of saying what it should fails the wait with its words', async () => {
    const service = start(['packages/testkit/test/fixtures/none.ts'])
    await expect(service.waitForLine(/listening/)).rejects.toThrow(
      /none\.ts ended with 1 without a line like [^]*Cannot find module/,
    )
  })

  test('does not outlive a test process that is killed', async () => {
    const parent = start(['packages/testkit/test/fixtures/parent.ts'])
    const pid = Number((await parent.waitForLine(/^child (\d+)$/))[1])
    expect(isAlive(pid)).toBe(true)
    await parent.kill('SIGKILL')
    await waitFor(() => !isAlive(pid))
  })
})
