// Each step of the check on a small repository of its own, with what it must find and what it must not.

import { expect, test } from 'vitest'
import { root } from '../system/paths.ts'
import { docPaths } from './doc-paths.ts'
import { fileSizes } from './file-sizes.ts'
import { imports } from './imports.ts'
import { leaks } from './leaks.ts'
import { lockFile } from './lock-file.ts'
import type { Repository } from './repository.ts'

function repository(files: Record<string, string>): Repository {
  return { root, paths: Object.keys(files), text: (path) => files[path] ?? '' }
}

// `scripts/` has to be a folder of the repository for a word in a page to be a path in it.
const here = { 'scripts/check.ts': '' }

test.each([
  ['a link', '[x](scripts/gone.ts)', 'scripts/gone.ts'],
  ['a link from where the page is', '[x](../scripts/gone.ts#part)', 'scripts/gone.ts', 'docs/a.md'],
  ['a path in code', 'see `scripts/gone.ts`.', 'scripts/gone.ts'],
  ['a path in a block', '```\nnode scripts/gone.ts --x\n```', 'scripts/gone.ts'],
  ['a path in a sentence', 'It is in scripts/gone/part.', 'scripts/gone/part'],
  ['a file at the root', 'see `GONE.md`', 'GONE.md'],
  ['a pattern', '`scripts/*.gone`', 'scripts/*.gone'],
])('names %s that leads nowhere', (_, text, path, page = 'README.md') => {
  expect(docPaths(repository({ ...here, [page]: text })).problems).toEqual([`${page}: ${path}`])
})

test.each([
  '[x](scripts/check.ts) [y](https://renkei.example/scripts/gone.ts) [z](#part)',
  'GET /scripts/gone.ts, https://renkei.example/scripts/gone, my-scripts/gone.ts',
  '`scripts/*.ts`, `scripts/{check,test}.ts`, scripts/check.ts.',
])('finds every path in: %s', (text) => {
  expect(docPaths(repository({ ...here, 'README.md': text })).problems).toEqual([])
})

test('names a file of more than 300 lines, whatever its kind, and no data', () => {
  const lines = (count: number) => 'x\n'.repeat(count)
  const files = {
    'a.ts': lines(301),
    'b.ts': lines(300),
    'c.ts': lines(3),
    'd.ts': lines(3),
    'migrations/1.sql': lines(301),
    Dockerfile: lines(301),
    '.ci/run': lines(301),
    'x.gen.ts': lines(999),
    'packages/schema/codes/areas.ts': lines(999),
    'data.json': lines(999),
  }
  expect(fileSizes(repository(files))).toEqual({
    problems: [
      'a.ts: 301 lines, at most 300',
      'migrations/1.sql: 301 lines, at most 300',
      'Dockerfile: 301 lines, at most 300',
      '.ci/run: 301 lines, at most 300',
      'median 300 lines, at most 80',
    ],
    note: '4 .ts files, median 300 lines',
  })
})

test('names who talks to Postgres without being packages/db, whatever a comment allows', () => {
  const text = "// oxlint-disable-next-line no-restricted-imports\nimport { Client } from 'pg'\n"
  const manifest = '{ "dependencies": { "pg": "1.0.0" } }'
  const files = {
    'packages/db/src/a.ts': text,
    'packages/db/package.json': manifest,
    'packages/testkit/src/a.ts': text,
    'services/api/test/a.ts': text,
    'services/api/src/a.test.ts': text,
    'services/api/src/a.ts': text,
    'services/api/package.json': manifest,
    'scripts/a.ts': "import type { Kysely } from 'kysely'\n",
  }
  expect(imports(repository(files)).problems).toEqual([
    'services/api/src/a.ts: only packages/db imports pg',
    'scripts/a.ts: only packages/db imports kysely',
  ])
})

test('names what a package imports at run time and does not declare', () => {
  const files = {
    'services/api/package.json': '{ "dependencies": { "fastify": "5.0.0" } }',
    'services/api/src/a.ts': [
      "import { readFile } from 'node:fs'",
      "import {\n  many,\n  lines,\n} from '@scope/undeclared/sub'",
      "import type { Type } from 'only-a-type'",
      "import { fastify } from 'fastify'",
      "export * from './b.ts'",
      "const later = await import('undeclared-too')",
    ].join('\n'),
  }
  expect(imports(repository(files)).problems).toEqual([
    'services/api/package.json: @scope/undeclared is imported and not declared',
    'services/api/package.json: undeclared-too is imported and not declared',
  ])
})

test("names the line with a machine's folder", () => {
  const folder = (name: string) => `/${name}/main`
  const files = {
    'a.md': `first\nsee ${folder('work')}`,
    'b.ts': `const home = '${folder('root')}'`,
    'c.ts': "fetch('https://renkei.example/work/list'); import('./root/a.ts')",
  }
  expect(leaks(repository(files)).problems).toEqual([
    `a.md:2: see ${folder('work')}`,
    `b.ts:1: const home = '${folder('root')}'`,
  ])
})

test('names a package for another machine that the lock file lacks, and an address in it', () => {
  const packages = {
    'node_modules/tool': { optionalDependencies: { 'tool-here': '1.0.0', 'tool-there': '1.0.0' } },
    'node_modules/tool-here': { version: '1.0.0' },
    'node_modules/@renkei/db': { resolved: 'packages/db', link: true },
    'node_modules/tied': { resolved: 'https://host/tied.tgz' },
  }
  const files = { 'package-lock.json': JSON.stringify({ packages }) }
  expect(lockFile(repository(files)).problems).toEqual([
    'tool-there is missing: run node scripts/complete-lock.ts',
    'node_modules/tied is tied to https://host/tied.tgz',
  ])
})
