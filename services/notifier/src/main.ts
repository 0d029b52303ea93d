// The notifier as a process: settings from the environment, stop on signal.

import { explainStartFailure, makeLogger, stopOnSignals } from '@renkei/service-kit'
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
  process.stderr.write(`renkei notifier cannot start: ${explainStartFailure(error)}\n`)
  process.exitCode = 1
}
