// Worker: one tiny HTTP receiver for every endpoint of a burst, told apart by path. It answers each
// POST at once with 204, on bare sockets, and notes when the whole request was there. Both sides of a
// benchmark send to the same one.

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serve } from './worker.ts'

export type ReceiverAsk =
  | { readonly ask: 'listen' }
  /** Forgets what came so far and waits for POSTs to so many different paths. */
  | { readonly ask: 'expect'; readonly endpoints: number }
  | { readonly ask: 'receipts' }

export interface Receipts {
  /** Base URL of the endpoints. */
  readonly url: string
  /** Per endpoint the first receipt, in ms on the clock of `monotonicMs`. */
  readonly atMs: readonly number[]
  /** POSTs to a path that had one already. */
  readonly repeats: number
  /** One request as it came. */
  readonly sample: string
}

/** Milliseconds on a clock that all processes of this machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

const answer = 'HTTP/1.1 204 No Content\r\n\r\n'

// Imported for its types and its clock, this file starts nothing.
if (process.argv[1] === import.meta.filename) serveReceipts()

function serveReceipts(): void {
  const state = { atMs: new Map<string, number>(), repeats: 0, sample: '', expected: 0 }
  let onComplete = () => {}
  const server = createServer({ noDelay: true }, (socket) =>
    readRequests(socket, (path, text) => {
      if (state.atMs.has(path)) state.repeats += 1
      else state.atMs.set(path, monotonicMs())
      if (state.sample === '') state.sample = text()
      if (state.atMs.size === state.expected) onComplete()
    }),
  )
  let url = ''
  const report = (): Receipts => ({ ...state, url, atMs: [...state.atMs.values()] })
  serve(async (question: ReceiverAsk): Promise<Receipts> => {
    if (question.ask === 'listen') {
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    } else if (question.ask === 'expect') {
      state.atMs.clear()
      Object.assign(state, { repeats: 0, sample: '', expected: question.endpoints })
    } else if (state.atMs.size < state.expected) {
      await new Promise<void>((resolve) => (onComplete = resolve))
    }
    return report()
  })
}

const headEnd = Buffer.from('\r\n\r\n')

function readRequests(socket: Socket, receive: (path: string, text: () => string) => void): void {
  let rest: Buffer | undefined
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    let bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    for (;;) {
      const end = bytes.indexOf(headEnd)
      if (end < 0) break
      const head = bytes.toString('latin1', 0, end)
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      const whole = end + headEnd.length + Number(length ?? 0)
      if (bytes.length < whole) break
      const request = bytes.subarray(0, whole)
      receive(head.slice(5, head.indexOf(' ', 5)), () => request.toString())
      socket.write(answer)
      bytes = bytes.subarray(whole)
    }
    rest = bytes.length > 0 ? bytes : undefined
  })
}
