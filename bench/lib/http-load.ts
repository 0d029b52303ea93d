// Worker: posts reports over so many keep-alive connections, one request at a time on each, as fast as
// they are answered. It speaks HTTP on bare sockets: a full client would take the processor from what
// it measures.

import { connect, type Socket } from 'node:net'
import { drive, type Measured } from './drive.ts'
import { makeReports } from './reports.ts'
import { serve } from './worker.ts'

export interface HttpLoad {
  readonly apiUrl: string
  readonly apiKey: string
  readonly connections: number
  readonly seconds: number
}

const reportsPerConnection = 4
const answerMsMax = 10_000

serve(async (load: HttpLoad): Promise<Measured> => {
  const lanes = await Promise.all(Array.from({ length: load.connections }, () => openLane(load)))
  try {
    return await drive(
      lanes.map((lane) => lane.post),
      load.seconds,
    )
  } finally {
    for (const { socket } of lanes) socket.destroy()
  }
})

interface Lane {
  readonly socket: Socket
  readonly post: () => Promise<void>
}

async function openLane(load: HttpLoad): Promise<Lane> {
  const { hostname, port } = new URL(load.apiUrl)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise((resolve, reject) => void socket.once('connect', resolve).once('error', reject))
  const reports = await makeReports(reportsPerConnection, new Date())
  const requests = reports.map((report) => writeRequest(report, load))
  let sent = 0
  const post = async () => {
    const request = requests[sent % requests.length] as Request
    sent += 1
    request.bytes.write(crypto.randomUUID(), request.keyAt, 'latin1')
    const answered = readAnswer(socket)
    socket.write(request.bytes)
    const head = await answered
    if (!head.startsWith('HTTP/1.1 201')) throw new Error(`answered ${head}`)
  }
  return { socket, post }
}

interface Request {
  readonly bytes: Buffer
  /** Where the idempotency key stands: each request has its own. */
  readonly keyAt: number
}

function writeRequest(report: string, { apiUrl, apiKey }: HttpLoad): Request {
  const body = Buffer.from(report)
  const key = crypto.randomUUID()
  const head = [
    'POST /v1/reports HTTP/1.1',
    `host: ${new URL(apiUrl).host}`,
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    `idempotency-key: "${key}"`,
    '\r\n',
  ].join('\r\n')
  return { bytes: Buffer.concat([Buffer.from(head), body]), keyAt: head.indexOf(key) }
}

// Resolves to the whole answer once it is complete.
function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const done = () => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
    }
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isComplete(text)) return
      done()
      resolve(text)
    }
    const fail = (why: string) => {
      done()
      reject(new Error(`${why} after "${text.slice(0, 200)}"`))
    }
    const onClose = () => fail('connection closed')
    const timer = setTimeout(() => fail('no answer in time'), answerMsMax)
    socket.on('data', onData).on('close', onClose)
  })
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  return length !== undefined && text.length >= end + 4 + Number(length)
}
