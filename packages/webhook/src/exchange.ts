// One request and its answer, through undici's dispatch: the deadline holds in every phase
// (waiting for a connection, for the answer, for the end of the answer), and no more of the
// answer is read than is kept.

import type { Dispatcher } from 'undici'
import { faultOf } from './fault.ts'
import type { Fault } from './outcome-table.ts'

export interface ExchangeLimits {
  readonly timeoutMs: number
  readonly responseBytesMax: number
}

export interface Answer {
  readonly status: number | null
  readonly retryAfter: string | string[] | undefined
  readonly text: string
  /** What kept the answer from being complete; null when it is, or is long enough. */
  readonly fault: { readonly fault: Fault; readonly detail: string } | null
}

/** Sends a request and resolves to what came of it; rejects only for a mistake of ours. */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new Exchange(limits, { resolve, reject }))
  })
}

interface Settle {
  resolve(answer: Answer): void
  reject(error: unknown): void
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits
  readonly #settle: Settle
  readonly #deadline: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | null = null
  #done = false
  #status: number | null = null
  #retryAfter: string | string[] | undefined
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(limits: ExchangeLimits, settle: Settle) {
    this.#limits = limits
    this.#settle = settle
    this.#deadline = setTimeout(() => this.#expire(), limits.timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Too late: it had waited for a connection past its deadline. To throw leaves that connection
    // to the next request, while to abort would destroy it.
    if (this.#done) throw new Error('the deadline has passed')
    this.#controller = controller
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // What is below 200 only announces the answer.
    if (status < 200) return
    this.#status = status
    this.#retryAfter = headers['retry-after']
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#limits.responseBytesMax - this.#bytes
    this.#bytes += chunk.length
    if (chunk.length <= room) {
      this.#chunks.push(chunk)
      return
    }
    this.#chunks.push(chunk.subarray(0, room))
    this.#finish(null)
    controller.abort(new Error('the rest of the answer is not wanted'))
  }

  onResponseEnd(): void {
    this.#finish(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#done) return
    const fault = faultOf(error, this.#status !== null)
    if (fault) {
      this.#finish(fault)
      return
    }
    this.#close()
    this.#settle.reject(error)
  }

  #expire(): void {
    const phase = this.#controller === null ? 'connect-timeout' : 'answer-timeout'
    const fault = this.#status === null ? phase : 'body-timeout'
    this.#finish({ fault, detail: `${this.#limits.timeoutMs} ms` })
    this.#controller?.abort(new Error('the deadline has passed'))
  }

  #finish(fault: Answer['fault']): void {
    this.#close()
    this.#settle.resolve({
      status: this.#status,
      retryAfter: this.#retryAfter,
      text: readText(this.#chunks),
      fault,
    })
  }

  #close(): void {
    this.#done = true
    clearTimeout(this.#deadline)
  }
}

function readText(chunks: readonly Buffer[]): string {
  const [first] = chunks
  if (!first) return ''
  const text = (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8')
  // Postgres stores no NUL in a text.
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
