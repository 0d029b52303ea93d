// npm test: everything that can run here; what cannot is listed by name at the end. Arguments go on to
// vitest: `npm test -- --project unit packages/schema`. With --no-skips, or CI=true, a skip is a failure.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { root } from './system/paths.ts'

const args = process.argv.slice(2)
const noSkips = args.includes('--no-skips') || process.env['CI'] === 'true'

// The file itself and not its link in .bin, so that it runs on this Node whatever PATH says.
const vitest = fileURLToPath(new URL('../vitest.mjs', import.meta.resolve('vitest')))
const child = spawn(
  process.execPath,
  [vitest, 'run', ...args.filter((argument) => argument !== '--no-skips')],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, RENKEI_TEST_NO_SKIPS: noSkips ? 'true' : '' },
  },
)
// Ctrl-C reaches the whole group; what only we get is passed on. vitest stops its servers itself.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
