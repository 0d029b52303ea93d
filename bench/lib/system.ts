// The services under measure, as processes of their own with the settings of production and their
// logs in a file.

import { mkdir, rm } from 'node:fs/promises'
import { addOrganisation, createKey, openDatabase } from '@renkei/db'
import { newKeyText } from '@renkei/vault'
import { type ServiceProcess, startService } from '../../scripts/system/service-process.ts'
import { benchFolder } from './database.ts'
import { profiling } from './profiling.ts'
import { onStop } from './stops.ts'

/** The key of everything on the databases of this run. */
export const vaultKey = newKeyText()

/** The carrier that reports, as the vectors name it. */
export const reporter = 'example-mobile'

export interface SystemOptions {
  readonly databaseUrl: string
  /** Bells travel over Postgres when there is none. */
  readonly redisUrl?: string | undefined
  /** Settings that differ from these. */
  readonly env?: Readonly<Record<string, string>>
}

// One organisation stands for all: what it may send a second is not what is measured.
const wideLimits = {
  RENKEI_REPORTS_PER_SECOND_MAX: '1000000',
  RENKEI_URGENT_REPORTS_PER_SECOND_MAX: '1000000',
  RENKEI_READ_REPORTS_PER_SECOND_MAX: '1000000',
}

/** Starts a service and has it stopped at the end of the benchmark. */
export async function startOne(
  name: 'api' | 'notifier',
  { databaseUrl, redisUrl = '', env = wideLimits }: SystemOptions,
): Promise<ServiceProcess> {
  await mkdir(benchFolder, { recursive: true })
  const logFile = `${benchFolder}services-${process.pid}.log`
  const service = await startService({
    name,
    env: {
      DATABASE_URL: databaseUrl,
      RENKEI_KEY: vaultKey,
      RENKEI_KEY_FILE: '',
      REDIS_URL: redisUrl,
      RENKEI_API_PORT: '0',
      RENKEI_NOTIFIER_PORT: '0',
      RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
      ...profiling(),
      ...env,
    },
    logFile,
  })
  // A line for each delivery: of millions nobody keeps them.
  onStop(async () => {
    await service.stop()
    await rm(logFile, { force: true })
  })
  return service
}

/** Makes a reporting carrier; resolves to its API key. */
export async function makeReporter(databaseUrl: string, code = reporter): Promise<string> {
  const { db, close } = openDatabase({
    url: databaseUrl,
    applicationName: 'renkei-bench',
    connectionsMax: 1,
    statementTimeoutMs: 30_000,
  })
  try {
    await addOrganisation(db, { organisationId: code, name: code, kind: 'carrier' })
    const { apiKey } = await createKey(db, {
      organisationId: code,
      label: 'bench',
      scopes: ['reports:write'],
      expiresAt: null,
    })
    return apiKey
  } finally {
    await close()
  }
}
