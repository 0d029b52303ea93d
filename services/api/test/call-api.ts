// One request to the API as a client makes it. Every answer that any test gets is held to what all
// refusals promise: problem details of a known kind, never a 500 and nothing of our insides.

import { schemas } from '@renkei/schema'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { problemTypes } from '../src/problem/problem-types.ts'

export interface Call {
  readonly method?: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, declared as JSON unless the headers say otherwise. */
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON, or its text when it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every kind
  readonly body: any
}

/** Sends a request (POST when it has a body, else GET) and checks what every answer must hold to. */
export async function callApi(url: string, path: string, call: Call = {}): Promise<TestAnswer> {
  const body = call.json === undefined ? call.body : JSON.stringify(call.json)
  const response = await fetch(new URL(path, url), {
    method: call.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
    ...(call.signal && { signal: call.signal }),
    redirect: 'manual',
  })
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers, text, body: parsed(text) }
  if (response.status >= 400 && path !== '/readyz') checkRefusal(`${path} answered`, answer)
  return answer
}

const ajv = new Ajv.Ajv2020({ strict: false })
formats.default(ajv)
const isProblem = ajv.addSchema(schemas.report).compile(schemas.problem)

const insides =
  /\bat .*\.(?:ts|js):\d+|node_modules|\b(?:SELECT|INSERT|UPDATE|DELETE) .*\b(?:FROM|INTO|SET)\b|_pkey|pg_|kysely/i

function checkRefusal(what: string, { status, headers, text, body }: TestAnswer): void {
  const fault = (why: string) => new Error(`${what} ${status}, ${why}: ${text.slice(0, 2000)}`)
  if (status === 500) throw fault('which is a defect')
  if (insides.test(text)) throw fault('telling our insides')
  const type = headers.get('content-type')
  if (!type?.startsWith('application/problem+json')) throw fault(`declared as ${type}`)
  if (!isProblem(body)) throw fault(ajv.errorsText(isProblem.errors))
  const { code, title, type: page } = body as Record<string, unknown>
  const known = Object.entries(problemTypes).find(([slug]) => slug === code)?.[1]
  if (known?.status !== status || known.title !== title) throw fault('not a kind of the table')
  if (!String(page).endsWith(`/problems/${String(code)}`)) throw fault(`of type ${String(page)}`)
  if (status === 503 && !headers.has('retry-after')) throw fault('without Retry-After')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
