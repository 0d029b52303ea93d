// Which settings there are: those that the services read, and those of the scripts and tests. Found by
// letting the services read theirs, so that nothing has to be listed twice.

import { globSync, readFileSync } from 'node:fs'
import type { Env } from '@renkei/service-kit'
import { keySetting } from '@renkei/vault'
import { readApiConfig } from '../../services/api/src/config.ts'
import { readNotifierConfig } from '../../services/notifier/src/config.ts'
import { root } from '../system/paths.ts'

// Named by every system, set by CI services, or passed from one of our scripts to its own child.
const notSettings = new Set([
  'PATH',
  'HOME',
  'CI',
  'RENKEI_TEST_NO_SKIPS',
  'RENKEI_BENCH_WORKER',
  'RENKEI_FAULTS_NAME_SERVER',
])

/** With this and nothing else, everything has its default. */
export const leastEnv = {
  DATABASE_URL: 'postgres://localhost/renkei',
  RENKEI_KEY: Buffer.alloc(32).toString('base64'),
}

export const apiSettings = namesReadBy(readApiConfig)
export const notifierSettings = namesReadBy(readNotifierConfig)
// Those that open the vault find its key as the services do.
export const scriptSettings = new Set([...namesInScripts(), keySetting.name, keySetting.fileName])

/** A setting as a line of .env.example, commented out or not. */
export function exampleSettings(): Map<string, string> {
  const text = readFileSync(`${root}.env.example`, 'utf8')
  const lines = text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}

function namesReadBy(read: (env: Env) => unknown): Set<string> {
  const names = new Set<string>()
  const env: Record<string, string> = leastEnv
  read(
    new Proxy(env, {
      get: (target, name: string) => {
        names.add(name)
        return target[name]
      },
    }),
  )
  return names
}

function namesInScripts(): Set<string> {
  const files = globSync(['scripts/**/*.ts', 'bench/**/*.ts', 'packages/testkit/src/*.ts'], {
    cwd: root,
    exclude: ['**/*.test.ts', 'scripts/check/lint-cases.ts'],
  })
  const names = files.flatMap((file) => {
    const text = readFileSync(`${root}${file}`, 'utf8')
    return [...text.matchAll(/process\.env(?:\.|\[')(\w+)/g)].map(([, name = '']) => name)
  })
  return new Set(names.filter((name) => !notSettings.has(name)))
}
