import { expect, test } from 'vitest'
import { beginTrace, continueTrace, isTraceparent, traceIdOf } from './trace-context.ts'

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('keeps the trace of the caller and makes a new span', () => {
  const child = continueTrace(parent)
  expect(child.slice(0, 36)).toBe(parent.slice(0, 36))
  expect(child).not.toBe(parent)
  expect(isTraceparent(child)).toBe(true)
})

test.each([
  '',
  'junk',
  `${parent}-x`,
  parent.replace('00-', 'ff-'),
  `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
])('begins a new trace when the caller sent %j', (value) => {
  expect(isTraceparent(value)).toBe(false)
  expect(isTraceparent(continueTrace(value))).toBe(true)
})

test('begins a trace that is another each time', () => {
  const traces = Array.from({ length: 100 }, beginTrace)
  expect(traces.every(isTraceparent)).toBe(true)
  expect(new Set(traces.map(traceIdOf)).size).toBe(100)
})
