// Remembers which keys were used and writes it now and then: never while a request waits, and once a
// minute for a key however often it is used.

import { type Db, recordKeyUse, recordSigningKeyUse } from '@renkei/db'
import { describeError, type Logger } from '@renkei/service-kit'

export interface KeyUseDeps {
  readonly db: Db
  readonly log: Logger
  readonly keyUseFlushMs: number
}

export interface KeyUseRecorder {
  used(keyId: string, at: Date, address: string): void
  signed(signingKeyId: string, at: Date): void
  /** Writes what is not written yet. */
  stop(): Promise<void>
}

/** Starts the recorder. A write that fails is logged and made up for by the next use. */
export function startKeyUse({ db, log, keyUseFlushMs }: KeyUseDeps): KeyUseRecorder {
  const keys = new Map<string, { keyId: string; at: Date; address: string }>()
  const signingKeys = new Map<string, { keyId: string; at: Date }>()
  const flush = async () => {
    const [used, signed] = [[...keys.values()], [...signingKeys.values()]]
    keys.clear()
    signingKeys.clear()
    try {
      await recordKeyUse(db, used)
      await recordSigningKeyUse(db, signed)
    } catch (error) {
      log.warn({ error: describeError(error), keys: used.length }, 'key-use.not-recorded')
    }
  }
  const timer = setInterval(() => void flush(), keyUseFlushMs)
  timer.unref()
  return {
    // Only keys that exist come here, so their number is the limit.
    used: (keyId, at, address) => void keys.set(keyId, { keyId, at, address }),
    signed: (keyId, at) => void signingKeys.set(keyId, { keyId, at }),
    stop: () => {
      clearInterval(timer)
      return flush()
    },
  }
}
