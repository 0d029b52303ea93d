// The API as a process: settings from the environment, stop on signal.

import { ConfigError, makeLogger, stopOnSignals } from '@renkei/service-kit'
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
  const text = error instanceof ConfigError ? error.message : String((error as Error).stack)
  process.stderr.write(`renkei api cannot start: ${text}\n`)
  process.exitCode = 1
}
