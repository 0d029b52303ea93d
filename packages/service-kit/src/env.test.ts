import { expect, test } from 'vitest'
import { ConfigError, readEnv } from './env.ts'

test('names every faulty variable and its rule at once, and no value that may hold a password', () => {
  const env = { PORT: '99999', LEVEL: 'loud', DB: 'http://me:hunter2@x', ON: 'yes' }
  const read = () =>
    readEnv(env, (reader) => [
      reader.integer('PORT', 1, { min: 0, max: 65_535 }),
      reader.oneOf('LEVEL', 'info', ['info', 'warn']),
      reader.url('DB', ['postgres:']),
      reader.flag('ON', false),
    ])
  expect(read).toThrow(ConfigError)
  try {
    read()
  } catch (error) {
    expect((error as ConfigError).faults).toHaveLength(4)
    expect((error as ConfigError).message).not.toContain('hunter2')
  }
})

test('reads a list, and names each value of it that breaks the rule', () => {
  const read = (LIST: string) =>
    readEnv({ LIST }, (reader) => reader.list('LIST', 'a digit', (value) => /^\d$/.test(value)))
  expect(read('1, 2,,3')).toEqual(['1', '2', '3'])
  expect(read('')).toEqual([])
  expect(() => read('1,two,33')).toThrow('each value of LIST must be a digit, not "two", "33"')
})

test('takes an empty variable as one that is not set', () => {
  expect(readEnv({ PORT: '' }, (reader) => reader.integer('PORT', 8080, { min: 1, max: 9 }))).toBe(
    8080,
  )
})
