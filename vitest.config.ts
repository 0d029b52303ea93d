// Two kinds of tests: of pure code beside the file, and with real servers. The second run after the
// first and two at a time, so that their limits of time hold on two cores.

import { defineConfig } from 'vitest/config'
import { SkipReporter } from './scripts/testing/skip-reporter.ts'

const noSkips = process.env['RENKEI_TEST_NO_SKIPS'] === 'true'

export default defineConfig({
  test: {
    // A test that needs a second try tells of something that is wrong.
    retry: 0,
    reporters: ['default', new SkipReporter({ noSkips })],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/**/src/**/*.test.ts',
            'services/**/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'scenarios/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'packages/**/test/**/*.it.ts',
            'services/**/test/**/*.it.ts',
            'scripts/**/*.it.ts',
            'test/**/*.it.ts',
          ],
          globalSetup: ['packages/testkit/src/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
