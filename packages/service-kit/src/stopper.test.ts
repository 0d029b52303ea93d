import { expect, test } from 'vitest'
import { makeLogger } from './logger.ts'
import { makeStopper } from './stopper.ts'

const log = makeLogger('test', 'silent')

test('stops in reverse order, once, and goes on after a step that fails or hangs', async () => {
  const stopped: string[] = []
  const stopper = makeStopper(log, 20)
  stopper.add('first', () => void stopped.push('first'))
  stopper.add('hangs', () => new Promise(() => undefined))
  stopper.add('fails', () => Promise.reject(new Error('no')))
  stopper.add('last', () => void stopped.push('last'))
  const [failed, again] = await Promise.all([stopper.stop(), stopper.stop()])
  expect(stopped).toEqual(['last', 'first'])
  expect(failed).toEqual(['fails', 'hangs'])
  expect(again).toBe(failed)
})
