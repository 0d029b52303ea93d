import type { Fault } from '@renkei/schema'
import { expect, test } from 'vitest'
import { faultBytesMax, faultsToldMax, toldFaults } from './told-faults.ts'

const faults = (length: number, detail = 'x'): Fault[] =>
  Array.from({ length }, (_, at) => ({ pointer: `/${at}`, rule: 'enum', detail }))

test('faults that fit are told as they are', () => {
  const some = faults(faultsToldMax)
  expect(toldFaults('1000 faults.', some)).toEqual({ detail: '1000 faults.', errors: some })
})

test('of more faults the first are told, and how many there are', () => {
  const { detail, errors } = toldFaults('Many.', faults(faultsToldMax + 1))
  expect(errors).toHaveLength(faultsToldMax)
  expect(detail).toBe('Many. The first 1000 of 1001 are told.')
})

test.each(['x', '障', '"'])('long texts of %s stay within the bytes of an answer', (letter) => {
  const { errors } = toldFaults('Many.', faults(900, letter.repeat(3000)))
  expect(Buffer.byteLength(JSON.stringify(errors))).toBeLessThanOrEqual(faultBytesMax + 2)
  expect(errors.length).toBeGreaterThan(10)
})

test('a text beyond what the schema of problems allows is cut, and no other', () => {
  const [long, short] = toldFaults('', [...faults(1, 'x'.repeat(5000)), ...faults(1)]).errors
  expect(long?.detail).toBe(`${'x'.repeat(3999)}…`)
  expect(short).toEqual(faults(1)[0])
})

test('one fault is told, however little room there is', () => {
  expect(toldFaults('', faults(3), 1).errors).toHaveLength(1)
})
