// TLS that the API serves itself, when the operator names the files.

import { readFileSync } from 'node:fs'
import { ConfigError } from '@renkei/service-kit'

export interface TlsFiles {
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  /** Who issues the certificates of callers; without it none is asked for. */
  readonly clientCaFile: string | undefined
}

export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
  readonly requestCert: boolean
  /** Who sends none, or a wrong one, is refused by its key when that asks for one. */
  readonly rejectUnauthorized: false
}

/** Reads the files; nothing when none is named. Throws a `ConfigError` that lists every fault. */
export function readTls({ certFile, keyFile, clientCaFile }: TlsFiles): Tls | undefined {
  const faults: string[] = []
  const read = (name: string, path: string | undefined) => {
    try {
      return path === undefined ? undefined : readFileSync(path)
    } catch (error) {
      faults.push(`the file of ${name} cannot be read (${(error as NodeJS.ErrnoException).code})`)
      return undefined
    }
  }
  const cert = read('RENKEI_TLS_CERT_FILE', certFile)
  const key = read('RENKEI_TLS_KEY_FILE', keyFile)
  const ca = read('RENKEI_TLS_CLIENT_CA_FILE', clientCaFile)
  if ((certFile === undefined) !== (keyFile === undefined)) {
    faults.push('RENKEI_TLS_CERT_FILE and RENKEI_TLS_KEY_FILE must be set together')
  } else if (clientCaFile !== undefined && certFile === undefined) {
    faults.push('RENKEI_TLS_CLIENT_CA_FILE needs RENKEI_TLS_CERT_FILE and RENKEI_TLS_KEY_FILE')
  }
  if (faults.length > 0) throw new ConfigError(faults)
  if (!cert || !key) return undefined
  return { cert, key, ...(ca && { ca }), requestCert: ca !== undefined, rejectUnauthorized: false }
}
