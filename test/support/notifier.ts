// A notifier within the test's own process.

import { makeLogger } from '@renkei/service-kit'
import { testKey } from '@renkei/testkit'
import { readNotifierConfig } from '../../services/notifier/src/config.ts'
import { startNotifier } from '../../services/notifier/src/start-notifier.ts'

export interface TestNotifier {
  readonly healthUrl: string
  /** Stops in order; resolves to the names of the steps that failed. */
  stop(): Promise<string[]>
}

/** Settings that let a notifier reach receivers on loopback and look often. */
export function notifierEnv(
  databaseUrl: string,
  env: Record<string, string | undefined> = {},
): Record<string, string> {
  const all = {
    DATABASE_URL: databaseUrl,
    RENKEI_NOTIFIER_PORT: '0',
    RENKEI_KEY: testKey,
    RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
    RENKEI_WEBHOOK_TIMEOUT_MS: '2000',
    RENKEI_NOTIFIER_HEARTBEAT_MS: '100',
    RENKEI_NOTIFIER_DEAD_AFTER_MS: '2000',
    ...env,
  }
  return Object.fromEntries(
    Object.entries(all).filter((entry) => entry[1] !== undefined),
  ) as Record<string, string>
}

/** Starts a notifier in this process; TEST_LOG_LEVEL makes it speak. */
export async function startTestNotifier(
  databaseUrl: string,
  env: Record<string, string | undefined> = {},
): Promise<TestNotifier> {
  const config = readNotifierConfig(notifierEnv(databaseUrl, env))
  const log = makeLogger('notifier', process.env['TEST_LOG_LEVEL'] ?? 'silent')
  const { healthUrl, stopper } = await startNotifier(config, log)
  return { healthUrl, stop: () => stopper.stop() }
}
