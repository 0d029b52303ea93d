// Worker: one tiny HTTP receiver for every endpoint of a burst, told apart by path. It answers each
// POST at once with 204, on bare sockets, and notes when the whole request was there. Both sides of a
// benchmark send to the same one. Endpoints that are ill have a port each, as they would have a host.

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serve } from './worker.ts'

export type ReceiverAsk =
  | { readonly ask: 'listen' }
  /** Opens so many endpoints that are ill, each on a port of its own. */
  | { readonly ask: 'listenIll'; readonly how: Illness; readonly endpoints: number }
  /** Forgets what came so far and waits for POSTs to so many different paths. */
  | {
      readonly ask: 'expect'
      readonly endpoints: number
      /** Counts only requests with these characters in them. */
      readonly containing?: string
    }
  | { readonly ask: 'receipts' }
  /** Forgets what came so far and waits for so many POSTs. */
  | { readonly ask: 'expectTotal'; readonly total: number }
  | { readonly ask: 'total' }

export type Illness = 'hangs' | 'fails' | 'drips'

export interface Receipts {
  /** Base URL of the endpoints. */
  readonly url: string
  /** Of the endpoints that were opened last as ill. */
  readonly illUrls: readonly string[]
  /** Per endpoint the first receipt, in ms on the clock of `monotonicMs`. */
  readonly atMs: readonly number[]
  /** POSTs to a path that had one already. */
  readonly repeats: number
  /** One request as it came. */
  readonly sample: string
  /** POSTs of any kind, and when the last one came. */
  readonly total: number
  readonly lastMs: number
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
  const sum = { total: 0, lastMs: 0, expectedTotal: Number.POSITIVE_INFINITY }
  let containing = ''
  let onComplete = () => {}
  const note = (path: string, text: () => string) => {
    sum.total += 1
    sum.lastMs = monotonicMs()
    if (sum.total === sum.expectedTotal) onComplete()
    if (containing !== '' && !text().includes(containing)) return
    if (state.atMs.has(path)) state.repeats += 1
    else state.atMs.set(path, sum.lastMs)
    if (state.sample === '') state.sample = text()
    if (state.atMs.size === state.expected) onComplete()
  }
  const answerWell = (socket: Socket) => void socket.write(answer)
  let url = ''
  let illUrls: string[] = []
  const report = (): Receipts => ({
    ...state,
    ...sum,
    url,
    illUrls,
    atMs: [...state.atMs.values()],
  })
  serve(async (question: ReceiverAsk): Promise<Receipts> => {
    if (question.ask === 'listen') url = await listen(note, answerWell)
    else if (question.ask === 'listenIll') illUrls = await listenIll(question)
    else if (question.ask === 'expect') {
      state.atMs.clear()
      containing = question.containing ?? ''
      Object.assign(state, { repeats: 0, sample: '', expected: question.endpoints })
    } else if (question.ask === 'expectTotal') {
      Object.assign(sum, { total: 0, expectedTotal: question.total })
    } else if (isOpen(question, state.atMs.size < state.expected, sum.total < sum.expectedTotal)) {
      await new Promise<void>((resolve) => (onComplete = resolve))
    }
    return report()
  })
}

function isOpen({ ask }: ReceiverAsk, pathsMissing: boolean, postsMissing: boolean): boolean {
  return ask === 'receipts' ? pathsMissing : postsMissing
}

type Note = (path: string, text: () => string) => void

async function listen(note: Note, reply: (socket: Socket) => void): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => readRequests(socket, note, reply))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const dripMs = 500

const ill: Readonly<Record<Illness, (socket: Socket) => void>> = {
  hangs: () => undefined,
  fails: (socket) =>
    void socket.write('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n'),
  drips(socket) {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
    const timer = setInterval(() => socket.write('x'), dripMs)
    socket.once('close', () => clearInterval(timer))
  },
}

// What reaches them counts for nothing.
function listenIll({ how, endpoints }: { how: Illness; endpoints: number }): Promise<string[]> {
  return Promise.all(Array.from({ length: endpoints }, () => listen(() => undefined, ill[how])))
}

const headEnd = Buffer.from('\r\n\r\n')

function readRequests(socket: Socket, receive: Note, reply: (socket: Socket) => void): void {
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
      reply(socket)
      bytes = bytes.subarray(whole)
    }
    rest = bytes.length > 0 ? bytes : undefined
  })
}
