// The part of .ci/run that needs the packages of npm: each step in turn, its output as it comes, and at
// the end the sum of what passed and failed. A step that could not be done is named with its reason.

import { performance } from 'node:perf_hooks'
import { root } from '../system/paths.ts'
import { runStep, type StepResult } from './run-step.ts'

const minutes = 60_000
const node = process.execPath

const steps = [
  { name: 'check', argv: [node, 'scripts/check.ts'], timeoutMs: 3 * minutes },
  { name: 'audit', argv: [node, 'scripts/ci/audit.ts'], timeoutMs: 3 * minutes },
  { name: 'test', argv: [node, 'scripts/test.ts', '--no-skips'], timeoutMs: 16 * minutes },
  // As their users start them: by npm, whose Node may be older than ours.
  { name: 'start', argv: [node, 'scripts/ci/start-once.ts'], timeoutMs: 3 * minutes },
  { name: 'demo', argv: ['npm', 'run', 'demo'], timeoutMs: 3 * minutes },
]

const start = performance.now()
const results: (StepResult & { name: string })[] = []
for (const { name, argv, timeoutMs } of steps) {
  console.log(`\n=== ${name}`)
  results.push({ name, ...(await runStep(argv, { cwd: root, timeoutMs })) })
}

console.log('')
for (const { name, passed, failed, skipped, seconds, end } of results) {
  const done = skipped === undefined ? 'ok  ' : 'skip'
  const verdict = failed === 0 ? done : 'FAIL'
  console.log(
    `${verdict} ${name.padEnd(6)} ${seconds.toFixed(0).padStart(4)} s  ${passed} passed, ${failed} failed${end}${skipped ? `, skipped: ${skipped}` : ''}`,
  )
}
console.log(`${((performance.now() - start) / minutes).toFixed(1)} minutes`)
const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') === 0 ? 0 : 1
