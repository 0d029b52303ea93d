// A name server of our own on loopback: what it says of a receiver's name changes under the sender's
// feet, as in DNS rebinding. The services ask it by way of names-preload.ts.

import { createSocket } from 'node:dgram'

export const zone = '.faults.test'

export interface NameServer {
  /** host:port */
  readonly address: string
  /** What is said of a name from now on; an empty list: there is no such name. */
  say(name: string, addresses: readonly string[]): void
  /** No question about the name is answered any more, until something is said of it again. */
  silence(name: string): void
  stop(): Promise<void>
}

const nxDomain = 3
const questionAt = 12

/** Starts it on a free port of 127.0.0.1. */
export async function startNameServer(): Promise<NameServer> {
  const known = new Map<string, readonly string[]>()
  const silent = new Set<string>()
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, end } = readQuestion(query)
    if (silent.has(name)) return
    socket.send(writeAnswer(query, end, known.get(name) ?? []), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    say(name, addresses) {
      silent.delete(name)
      known.set(name, addresses)
    },
    silence: (name) => void silent.add(name),
    stop: () => new Promise((resolve) => void socket.close(() => resolve())),
  }
}

// RFC 1035 §4.1.2: labels with their lengths, a zero, type and class.
function readQuestion(query: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = questionAt
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase())
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 5 }
}

function writeAnswer(query: Buffer, end: number, addresses: readonly string[]): Buffer {
  const head = Buffer.alloc(questionAt)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | (addresses.length > 0 ? 0 : nxDomain), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(addresses.length, 6)
  // The name of the question, an A record, valid for no second.
  const records = addresses.map((address) =>
    Buffer.from([
      0xc0,
      questionAt,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      4,
      ...address.split('.').map(Number),
    ]),
  )
  return Buffer.concat([head, query.subarray(questionAt, end), ...records])
}
