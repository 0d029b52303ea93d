// Makes the OpenAPI and AsyncAPI documents of the reference from the API as it registers its routes.
// Routes are registered and never called, so neither a database nor an open port is needed.

import { makeLogger, systemClock } from '@renkei/service-kit'
import { newKeyText } from '@renkei/vault'
import type { FastifyInstance } from 'fastify'
import { type AppDeps, buildApp } from '../../services/api/src/app.ts'
import { readApiConfig } from '../../services/api/src/config.ts'

const publicUrl = 'https://renkei.example'
const folder = 'docs/reference'

/** Text of both documents, by path from the repository root. */
export async function generateApiDocuments(): Promise<Map<string, string>> {
  const app = await buildApiWithoutResources()
  try {
    const files = new Map<string, string>()
    for (const name of ['openapi', 'asyncapi']) {
      const answer = await app.inject(`/${name}.json`)
      if (answer.statusCode !== 200) throw new Error(`/${name}.json answers ${answer.statusCode}`)
      files.set(`${folder}/${name}.json`, `${JSON.stringify(answer.json(), null, 2)}\n`)
    }
    return files
  } finally {
    await app.close()
  }
}

/** The API with all its routes and nothing behind them. Close it when done. */
export async function buildApiWithoutResources(): Promise<FastifyInstance> {
  const app = await buildApp(inertDeps())
  await app.ready()
  return app
}

function inertDeps(): AppDeps {
  const config = readApiConfig({
    RENKEI_PUBLIC_URL: publicUrl,
    DATABASE_URL: 'postgres://none.invalid/none',
    RENKEI_KEY: newKeyText(),
  })
  const used = {
    config,
    clock: systemClock,
    log: makeLogger('generate', 'silent'),
    newId: () => '00000000-0000-7000-8000-000000000000',
  }
  return { ...absentDeps, ...used }
}

// What only a request would call upon.
const absentDeps = {
  db: {},
  vault: {},
  bell: {},
  tail: {},
  committer: {},
  sender: {},
  metrics: { requests: { observe: () => undefined } },
  chooseRuleSet: () => {
    throw new Error('no report is classified here')
  },
} as unknown as AppDeps
