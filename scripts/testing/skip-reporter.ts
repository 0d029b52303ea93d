// The end of a test run: what was skipped, by name and with the reason, and the count that CI adds up.

import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node'

export interface SkipReporterOptions {
  /** A skip fails the run, as where everything is installed on purpose. */
  readonly noSkips: boolean
  readonly print?: (line: string) => void
}

export class SkipReporter implements Reporter {
  readonly #options: SkipReporterOptions

  constructor(options: SkipReporterOptions) {
    this.#options = options
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const { noSkips, print = console.log } = this.#options
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const skipped = tests.filter((test) => test.result().state === 'skipped' && !isDeselected(test))
    for (const line of describeSkipped(skipped)) print(line)

    // A file that does not load has no tests, and still failed.
    const broken = modules.filter((module) => module.errors().length > 0).length
    const refused = noSkips ? skipped.length : 0
    const failed = count('failed') + broken + errors.length + refused
    if (refused > 0)
      print(`\nNothing may be skipped here: ${refused} skipped tests count as failed.`)
    print(`\n${count('passed')} passed, ${Math.max(failed, reason === 'failed' ? 1 : 0)} failed`)
    if (refused > 0) process.exitCode = 1
  }
}

// Left out by -t: asked for, not skipped.
function isDeselected(test: TestCase): boolean {
  return test.project.config.testNamePattern !== undefined && test.options.mode !== 'todo'
}

function describeSkipped(skipped: readonly TestCase[]): string[] {
  if (skipped.length === 0) return []
  const groups = Map.groupBy(skipped, (test) => `${test.module.relativeModuleId}${suiteOf(test)}`)
  const lines = [...groups].flatMap(([group, tests]) => [
    `  ${group}`,
    ...tests.map((test) => `    ↓ ${test.name}${noteOf(test)}`),
  ])
  return [`\nSkipped, ${skipped.length} tests, by name:`, ...lines]
}

function suiteOf(test: TestCase): string {
  return test.parent.type === 'suite' ? ` › ${test.parent.fullName}` : ''
}

function noteOf(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note === undefined ? '' : `: ${note}`
}
