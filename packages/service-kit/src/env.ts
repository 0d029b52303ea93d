// Reads settings from the environment: every fault is found and told at once, with the name of
// the variable and the rule, before anything starts.

import { readSecret, type SecretSetting } from './read-secret.ts'

export type Env = Readonly<Record<string, string | undefined>>

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`the settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

export interface EnvReader {
  text(name: string, fallback: string): string
  optional(name: string): string | undefined
  integer(name: string, fallback: number, range: { min: number; max: number }): number
  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T
  url(name: string, schemes: readonly string[]): string | undefined
  /** Like `url`, but the variable must be set. */
  requiredUrl(name: string, schemes: readonly string[]): string
  /** A secret, from its variable or from a private file; it must be there. */
  secret<T>(setting: SecretSetting<T>): T
  flag(name: string, fallback: boolean): boolean
  /** Values with commas between; `is` says what each must be, as in "a network (10.0.0.0/8)". */
  list(name: string, is: string, holds: (value: string) => boolean): readonly string[]
}

/** Runs `read` over an environment; throws a `ConfigError` that lists every fault. */
export function readEnv<T>(env: Env, read: (reader: EnvReader) => T): T {
  const faults: string[] = []
  const config = read(makeReader(env, (fault) => faults.push(fault)))
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

function makeReader(env: Env, fault: (text: string) => void): EnvReader {
  const given = (name: string) => (env[name] === '' ? undefined : env[name])
  const url = (name: string, schemes: readonly string[]) => {
    const text = given(name)
    if (text === undefined) return undefined
    if (URL.canParse(text) && schemes.includes(new URL(text).protocol)) return text
    // The value may hold a password, so it is not repeated.
    fault(`${name} must be a URL that begins with ${schemes.map((s) => `${s}//`).join(' or ')}`)
    return undefined
  }
  return {
    text: (name, fallback) => given(name) ?? fallback,
    optional: given,
    integer(name, fallback, { min, max }) {
      const text = given(name)
      if (text === undefined) return fallback
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (value >= min && value <= max) return value
      fault(`${name} must be a whole number from ${min} to ${max}, not "${text}"`)
      return fallback
    },
    oneOf(name, fallback, allowed) {
      const text = given(name)
      const found = allowed.find((value) => value === (text ?? fallback))
      if (found !== undefined) return found
      fault(`${name} must be one of ${allowed.join(', ')}, not "${text}"`)
      return fallback
    },
    url,
    requiredUrl(name, schemes) {
      if (given(name) === undefined) fault(`${name} must be set`)
      return url(name, schemes) ?? ''
    },
    secret<T>(setting: SecretSetting<T>): T {
      const found = readSecret(given, setting)
      if ('secret' in found) return found.secret
      fault(found.fault)
      // Nobody gets it: with a fault there are no settings.
      return undefined as T
    },
    flag(name, fallback) {
      const text = given(name)
      if (text === undefined) return fallback
      if (text === 'true' || text === 'false') return text === 'true'
      fault(`${name} must be true or false, not "${text}"`)
      return fallback
    },
    list(name, is, holds) {
      const values = (given(name) ?? '').split(',').map((value) => value.trim())
      const named = values.filter(Boolean)
      const wrong = named.filter((value) => !holds(value))
      if (wrong.length > 0)
        fault(`each value of ${name} must be ${is}, not "${wrong.join('", "')}"`)
      return wrong.length > 0 ? [] : named
    },
  }
}
