// Bodies: UTF-8 or nothing, JSON without duplicates, not nested without end. The raw bytes stay with
// the request, for the fingerprint of its idempotency key.

import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../problem/domain-error.ts'
import { scanJson } from './scan-json.ts'

export interface JsonDeps {
  readonly jsonDepthMax: number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; empty when there was none. */
    rawBody: Buffer
    /** Looks at the body before it is parsed, once; a throw refuses the request. */
    beforeParse?: () => Promise<void>
  }
}

const noBytes = Buffer.alloc(0)
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Registers the only body parser; any other media type gets 415. */
export const jsonPlugin = fp((app: FastifyInstance, deps: JsonDeps, done: () => void) => {
  app.decorateRequest('rawBody', { getter: () => noBytes })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/cloudevents+json'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      Object.defineProperty(request, 'rawBody', { value: body })
      await request.beforeParse?.()
      // Some clients declare a type where they send nothing, and the address takes nothing.
      const takesBody = request.routeOptions.schema?.body !== undefined
      return body.length === 0 && !takesBody ? undefined : readJson(body, deps.jsonDepthMax)
    },
  )
  done()
})

/** Reads a JSON document; throws `invalid-json` with the place of the fault. */
export function readJson(bytes: Buffer, depthMax: number): unknown {
  if (bytes.length === 0) throw invalid('', 'empty', 'The body is empty.')
  if (bytes.subarray(0, 3).equals(byteOrderMark)) {
    throw invalid(
      '',
      'byteOrderMark',
      'The body begins with a byte order mark; send UTF-8 without one.',
    )
  }
  if (!isUtf8(bytes)) throw invalid('', 'utf8', 'The body is not valid UTF-8.')
  const text = bytes.toString('utf8')
  const fault = scanJson(text, depthMax)
  if (fault) throw invalid(fault.pointer, fault.rule, fault.detail)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid('', 'syntax', `The body is not JSON: ${describeSyntax(error)}`)
  }
}

function invalid(pointer: string, rule: string, detail: string): DomainError {
  return new DomainError('invalid-json', { detail, errors: [{ pointer, rule, detail }] })
}

// The engine's message quotes the body; only the position is passed on.
function describeSyntax(error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  if (position) return `it breaks at character ${position}.`
  return /end of JSON/.test(String(error))
    ? 'it ends too early.'
    : 'it begins with what no JSON begins with.'
}
