// A step of CI is counted by what it says, and fails by how it ends.

import { expect, test } from 'vitest'
import { root } from '../system/paths.ts'
import { runStep } from './run-step.ts'

const step = async (script: string, timeoutMs = 20_000) =>
  runStep([process.execPath, '--eval', script], { cwd: root, timeoutMs, print: () => undefined })

test('takes the count that a step prints last', async () => {
  const said = "console.log('1 passed, 1 failed\\n7 passed, 0 failed')"
  expect(await step(said)).toMatchObject({ passed: 7, failed: 0, end: '' })
})

test('counts a step that says nothing as one', async () => {
  expect(await step('')).toMatchObject({ passed: 1, failed: 0 })
})

test('counts a step that could not be done as neither, with its reason', async () => {
  const said = "console.log('skipped: nobody to ask')"
  expect(await step(said)).toMatchObject({ passed: 0, failed: 0, skipped: 'nobody to ask' })
  const ended = await step(`${said}; process.exitCode = 1`)
  expect(ended).toMatchObject({ passed: 0, failed: 1 })
})

test('has failed when it ends badly, whatever it counted', async () => {
  const said = "console.log('7 passed, 0 failed'); process.exitCode = 3"
  expect(await step(said)).toMatchObject({ passed: 7, failed: 1, end: ', ended with 3' })
  expect(await step('process.exitCode = 1')).toMatchObject({ passed: 0, failed: 1 })
  expect(await runStep(['no-such-program'], { cwd: root, timeoutMs: 1000 })).toMatchObject({
    passed: 0,
    failed: 1,
  })
})

test('ends a step that takes too long, with the processes it started', async () => {
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' })
    child.once('spawn', () => console.log(child.pid))
    setInterval(() => 0, 1000)`
  // Resolves only when nobody holds the output any more, so not while the child of the child lives.
  expect(await step(script, 1500)).toMatchObject({ failed: 1, end: ', not done after 1.5 s' })
})
