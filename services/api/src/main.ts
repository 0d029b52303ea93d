// The API as a process: settings from the environment, stop on signal.

import { explainStartFailure, makeLogger, stopOnSignals } from '@renkei/service-kit'
import { readApiConfig } from './config.ts'
import { startApi } from './start-api.ts'

try {
  const config = readApiConfig(process.env)
  const log = makeLogger('api', config.logLevel)
  const { url, stopper } = await startApi(config, log)
  stopOnSignals(stopper, log)
  process.send?.({ ready: url })
  log.info({ url }, 'api.listening')
} catch (error) {
  process.stderr.write(`renkei api cannot start: ${explainStartFailure(error)}\n`)
  process.exitCode = 1
}
