import { expect, test } from 'vitest'
import { waitFor } from './wait-for.ts'

test('gives the first value that is one, zero and the empty string included', async () => {
  const values = [null, false, undefined, 0]
  expect(await waitFor(() => values.shift(), { everyMs: 1 })).toBe(0)
  expect(await waitFor(() => '')).toBe('')
})

test('takes an exception as "not yet"', async () => {
  let looks = 0
  const look = (): boolean => {
    looks += 1
    if (looks < 3) throw new Error('not there')
    return true
  }
  expect(await waitFor(look, { everyMs: 1 })).toBe(true)
})

test('names what it waited for in vain, with the last exception as the cause', async () => {
  const look = (): never => {
    throw new Error('still closed')
  }
  await expect(waitFor(look, { timeoutMs: 20, what: 'the door' })).rejects.toMatchObject({
    message: 'Waited 20 ms in vain for the door',
    cause: { message: 'still closed' },
  })
})
