// Files that the lint rules must refuse, each with the rule, and files that they must let pass.

type Refused = [path: string, rule: string, text: string]
type Kept = [path: string, text: string]

const statements = (count: number): string =>
  'if (globalThis.name) globalThis.name = 1\n'.repeat(count)
const importing = (name: string): string => `export * from '${name}'\n`

// Who may import what: every line is a file that imports one thing it must not.
const forbiddenImports: Record<string, string[]> = {
  'packages/schema': ['node:fs', '@renkei/db', 'fastify', 'pg', 'undici'],
  'packages/db': ['@renkei/bell', '@renkei/api', 'bullmq', 'ioredis', 'undici', 'fastify'],
  'packages/bell': ['@renkei/db', '@renkei/notifier', 'pg', 'kysely', 'kysely/x', 'undici'],
  'packages/webhook': ['@renkei/db', '@renkei/api', 'pg', 'kysely', 'bullmq', 'ioredis'],
  'packages/service-kit': ['@renkei/schema', 'pg', 'bullmq', 'undici', 'fastify'],
  'packages/embedded': ['@renkei/schema', 'pg', 'kysely', 'ioredis'],
  'services/api': [
    'pg',
    'kysely',
    'kysely/migration',
    'bullmq',
    'ioredis',
    'undici',
    '@renkei/api',
    '@renkei/notifier',
    '@renkei/testkit',
    '@renkei/embedded',
    '../../notifier/src/main.ts',
    '../../../packages/db/src/ids.ts',
  ],
  'services/notifier': ['pg', 'kysely', 'bullmq', 'ioredis', '@renkei/api'],
  scripts: ['pg', 'kysely', 'bullmq', 'ioredis'],
}

const allowedImports: Record<string, string[]> = {
  'packages/schema': ['ajv', 'ajv/dist/2020.js', 'uuid', '../codes/areas.json'],
  'packages/db': ['pg', 'kysely', 'kysely/migration', '@renkei/schema', 'node:fs'],
  'packages/bell': ['bullmq', 'ioredis', '@renkei/service-kit'],
  'packages/webhook': ['undici', '@renkei/schema'],
  'packages/embedded': ['@renkei/db', 'node:net'],
  'services/api': ['@renkei/db', '@renkei/webhook', 'fastify', './other/file.ts'],
  'services/notifier/test': ['pg', '@renkei/testkit', '../src/main.ts'],
  scripts: ['@renkei/embedded', '@renkei/db', '../services/api/src/app.ts'],
}

export const refused: Refused[] = [
  ...importsOf('forbidden', forbiddenImports).map(([path, text]): Refused => [
    path,
    'no-restricted-imports',
    text,
  ]),
  ['services/api/src/clock.ts', 'no-process-env', 'export const env = process.env\n'],
  ['services/api/src/talk.ts', 'no-console', "console.log('x')\n"],
  [
    'packages/schema/src/now.ts',
    'no-restricted-properties',
    'export const at = () => Date.now()\n',
  ],
  [
    'packages/db/src/dice.ts',
    'no-restricted-properties',
    'export const at = () => Math.random()\n',
  ],
  ['services/api/src/long-file.ts', 'max-lines', statements(301)],
  ['services/api/src/long.test.ts', 'max-lines', statements(301)],
  [
    'services/api/src/long-function.ts',
    'max-lines-per-function',
    `export function long() {\n${statements(60)}}\n`,
  ],
  [
    'services/api/src/many.ts',
    'max-params',
    'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e]\n',
  ],
  ['services/api/src/CamelCase.ts', 'filename-case', 'export const a = 1\n'],
  ['services/api/src/main-export.ts', 'no-default-export', 'export default 1\n'],
  ['services/api/src/later.ts', 'no-warning-comments', '// TODO: the rest\nexport const a = 1\n'],
  ['services/api/src/anything.ts', 'no-explicit-any', 'export const a = (b: any) => String(b)\n'],
  [
    'services/api/src/sure.ts',
    'no-non-null-assertion',
    'export const a = (b: string | null) => b!.length\n',
  ],
  [
    'services/api/src/floating.ts',
    'no-floating-promises',
    'export const a = (b: Promise<void>) => {\n  b.then(() => 1)\n}\n',
  ],
  [
    'services/api/src/misused.ts',
    'no-misused-promises',
    'export const a = (b: Promise<boolean>) => (b ? 1 : 2)\n',
  ],
  [
    'services/api/src/half.ts',
    'switch-exhaustiveness-check',
    "export function a(b: 'x' | 'y') {\n  switch (b) {\n    case 'x':\n      return 1\n  }\n  return 2\n}\n",
  ],
  [
    'services/api/src/typed.ts',
    'consistent-type-imports',
    "import { Server } from 'node:http'\nexport const a = (b: Server) => b.listening\n",
  ],
  [
    'services/api/src/side-effect.ts',
    'no-import-type-side-effects',
    "import { type Server } from 'node:http'\nexport const a = (b: Server) => b.listening\n",
  ],
  [
    'services/api/src/focused.test.ts',
    'no-focused-tests',
    "import { test } from 'vitest'\ntest.only('x', () => undefined)\n",
  ],
  // Round within a package, and round through two packages by their names.
  [
    'services/api/src/chicken.ts',
    'no-cycle',
    "import { egg } from './egg.ts'\nexport const chicken = () => egg\n",
  ],
  [
    'services/api/src/egg.ts',
    'no-cycle',
    "import { chicken } from './chicken.ts'\nexport const egg = () => chicken\n",
  ],
  ['packages/bell/src/index.ts', 'no-cycle', importing('@renkei/db')],
  ['packages/db/src/index.ts', 'no-cycle', importing('@renkei/bell')],
]

export const kept: Kept[] = [
  ...importsOf('allowed', allowedImports),
  ['services/api/src/config.ts', 'export const env = process.env\n'],
  ['scripts/say.ts', "console.log(process.env['HOME'])\n"],
  ['services/api/src/full-file.ts', statements(300)],
  ['services/api/src/full-function.ts', `export function f() {\n${statements(58)}}\n`],
  ['services/api/src/some.ts', 'export const f = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d]\n'],
  // A cycle of types is none at run time.
  [
    'services/api/src/type-chicken.ts',
    "import type { Egg } from './type-egg.ts'\nexport type Chicken = { egg: Egg }\n",
  ],
  [
    'services/api/src/type-egg.ts',
    "import type { Chicken } from './type-chicken.ts'\nexport type Egg = { chicken: Chicken }\n",
  ],
]

function importsOf(word: string, table: Record<string, string[]>): Kept[] {
  return Object.entries(table).flatMap(([folder, names]) =>
    names.map((name, index): Kept => {
      const inSource = /^(?:packages|services)\/[^/]+$/.test(folder)
      return [`${folder}/${inSource ? 'src/' : ''}${word}-${index}.ts`, importing(name)]
    }),
  )
}
