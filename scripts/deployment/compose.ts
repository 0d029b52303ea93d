// docker-compose.yml as a value.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { root } from '../system/paths.ts'

export interface ComposeService {
  readonly image: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
}

const text = readFileSync(`${root}docker-compose.yml`, 'utf8')

export const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>
}

/** The names that the file takes from `.env`. */
export const interpolated = new Set(
  [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name),
)

/** Those services that run our image. */
export const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined)
