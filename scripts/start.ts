// npm start: database (embedded unless DATABASE_URL is set), migrations, a first organisation and key,
// both services; stops everything in order on SIGINT or SIGTERM.

import { mkdir, writeFile } from 'node:fs/promises'
import { addOrganisation, createKey, listOrganisations, openDatabase, scopes } from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import { auditOperator } from './system/audit-operator.ts'
import { openSystemDatabase, prepareDatabase, serviceUrlOf } from './system/database.ts'
import { findKey, sealSecrets } from './system/key.ts'
import { stateFolder } from './system/paths.ts'
import { type ServiceProcess, startService } from './system/service-process.ts'

const stops: (() => Promise<unknown>)[] = []
let stopping: Promise<void> | undefined

process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))

try {
  await start()
} catch (error) {
  console.error(`Renkei cannot start: ${explainStartFailure(error)}`)
  await stop(1)
}

async function start(): Promise<void> {
  const database = await openSystemDatabase({
    databaseUrl: process.env['DATABASE_URL'],
    dataDir: `${stateFolder}postgres`,
  })
  stops.push(database.stop)
  const applied = await prepareDatabase(database.url)
  if (applied.length > 0) console.log(`Database brought up to date: ${applied.join(', ')}`)
  const { key, env: keyEnv } = await findKey(database, process.env)
  const sealed = await sealSecrets(database.url, key)
  if (sealed > 0) console.log(`Secrets that were stored plain and are sealed now: ${sealed}`)
  await welcome(database.url)

  const env = {
    DATABASE_URL: await serviceUrlOf(database),
    ...keyEnv,
    // On the embedded database Renkei is being tried out: receivers on this machine may be used.
    ...(database.embedded && { RENKEI_WEBHOOK_ALLOWED_CIDRS: allowedCidrs() }),
  }
  const api = await launch(startService({ name: 'api', env }))
  const notifier = await launch(startService({ name: 'notifier', env }))
  console.log(`
Renkei is running on ${database.embedded ? 'its embedded Postgres' : 'the given database'}${process.env['REDIS_URL'] ? ' with Redis' : ''}.
  API       ${api.url}   documentation ${api.url}/docs
  Notifier  ${notifier.url}/metrics
Stop it with Ctrl-C.`)
}

function allowedCidrs(): string {
  return process.env['RENKEI_WEBHOOK_ALLOWED_CIDRS'] ?? '127.0.0.0/8,::1/128'
}

async function launch(starting: Promise<ServiceProcess>): Promise<ServiceProcess> {
  const service = await starting
  stops.push(service.stop)
  void service.ended.then((code) => {
    if (stopping) return undefined
    console.error(`The ${service.name} ended with code ${code}; stopping.`)
    return stop(1)
  })
  return service
}

// The first start of an empty database makes somebody who may use it.
async function welcome(url: string): Promise<void> {
  const { db, close } = openDatabase({
    url,
    applicationName: 'renkei-start',
    connectionsMax: 1,
    statementTimeoutMs: 10_000,
  })
  try {
    if ((await listOrganisations(db)).length > 0) return
    const organisationId = process.env['RENKEI_FIRST_ORGANISATION'] ?? 'example-mobile'
    const key = { organisationId, label: 'first key', scopes, expiresAt: null }
    const apiKey = await db.transaction().execute(async (tx) => {
      await addOrganisation(tx, { organisationId, name: organisationId, kind: 'carrier' })
      const made = await createKey(tx, key)
      // Before the commit: a key that nobody could read would keep the next start from making one.
      await mkdir(stateFolder, { recursive: true })
      await writeFile(`${stateFolder}first-key`, `${made.apiKey}\n`, { mode: 0o600 })
      await auditOperator(tx, {
        action: 'organisation.added',
        objectId: organisationId,
        organisationId,
      })
      const detail = { scopes }
      await auditOperator(tx, {
        action: 'key.created',
        objectId: made.keyId,
        organisationId,
        detail,
      })
      return made.apiKey
    })
    console.log(
      `First organisation: ${organisationId}\nIts API key (also in .renkei/first-key): ${apiKey}`,
    )
  } finally {
    await close()
  }
}

function stop(code: number): Promise<void> {
  return (stopping ??= (async () => {
    let failed = code !== 0
    for (const step of stops.toReversed()) {
      try {
        const result = await step()
        if (typeof result === 'number' && result !== 0) failed = true
      } catch (error) {
        failed = true
        console.error(`while stopping: ${(error as Error).message}`)
      }
    }
    process.exit(failed ? 1 : 0)
  })())
}
