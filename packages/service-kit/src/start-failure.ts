// Why a service did not start, in words that an operator can act on.

import { ConfigError } from './env.ts'

/** Says what stands in the way and what to do; an error that is not known keeps its stack. */
export function explainStartFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return String(error)
  // It says by itself what to do; where it came from would only hide that.
  if (error.name === 'WrongKeyError') return error.message
  if (error.cause instanceof Error && !('code' in error)) return explainStartFailure(error.cause)
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${address} is taken: end what listens there, or set another port (.env.example names the variable)`
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    return `the database of DATABASE_URL does not answer (${error.message})`
  }
  if (code && /^(28|3D)/.test(code))
    return `the database of DATABASE_URL refuses us: ${error.message}`
  if (code === '42501') {
    const hint = 'hint' in error && typeof error.hint === 'string' ? `; ${error.hint}` : ''
    return `the login of DATABASE_URL may not do what is needed: ${error.message}${hint}`
  }
  return error.stack ?? error.message
}
