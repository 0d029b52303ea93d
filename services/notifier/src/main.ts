// The notifier as a process: settings from the environment, stop on signal.

import { ConfigError, makeLogger, stopOnSignals } from '@renkei/service-kit'
import { readNotifierConfig } from './config.ts'
import { startNotifier } from './start-notifier.ts'

try {
  const config = readNotifierConfig(process.env)
  const log = makeLogger('notifier', config.logLevel)
  const { healthUrl, stopper } = await startNotifier(config, log)
  stopOnSignals(stopper, log)
  process.send?.({ ready: healthUrl })
  log.info({ healthUrl }, 'notifier.running')
} catch (error) {
  const text = error instanceof ConfigError ? error.message : String((error as Error).stack)
  process.stderr.write(`renkei notifier cannot start: ${text}\n`)
  process.exitCode = 1
}
