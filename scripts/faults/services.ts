// The processes under test, each in a place of its own: what is killed comes back where it was, as
// under a supervisor. One that ends without being killed is a fault of the product.

import { startService, type ServiceProcess } from '../system/service-process.ts'

export interface Place {
  readonly name: string
  url(): string
  pid(): number | undefined
  /** kill -9, and resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again, as often as it takes. */
  start(): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  stop(): Promise<void>
}

export interface PlaceOptions {
  readonly name: 'api' | 'notifier'
  readonly label: string
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  readonly onAlarm: (alarm: string) => void
}

const triesMax = 20
const betweenTriesMs = 500

/** Makes a place; nothing runs in it before its first `start`. */
export function makePlace({ name, label, env, logFile, onAlarm }: PlaceOptions): Place {
  let service: ServiceProcess | undefined
  // Once it has one it keeps its port, so that its callers find it again.
  let port = '0'
  const begin = async () => {
    const portName = name === 'api' ? 'RENKEI_API_PORT' : 'RENKEI_NOTIFIER_PORT'
    const started = await startService({ name, env: { ...env, [portName]: port }, logFile })
    ;({ port } = new URL(started.url))
    service = started
    void watch(started)
  }
  const watch = async (started: ServiceProcess) => {
    const code = await started.ended
    if (service === started) onAlarm(`the ${label} ended by itself with code ${code}`)
  }
  // From here on its end is expected.
  const release = () => {
    const held = service
    service = undefined
    return held
  }
  return {
    name: label,
    url: () => `http://127.0.0.1:${port}`,
    pid: () => service?.pid,
    async kill() {
      const held = release()
      held?.kill()
      await held?.ended
    },
    async start() {
      for (let tries = 1; !service; tries += 1) {
        try {
          await begin()
        } catch (error) {
          // The database may be away, too: a supervisor would try again.
          if (tries === triesMax) throw error
          await new Promise((resolve) => setTimeout(resolve, betweenTriesMs))
        }
      }
    },
    signal: (signal) => void (service && process.kill(service.pid, signal)),
    stop: async () => void (await release()?.stop()),
  }
}
