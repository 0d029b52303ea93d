// Worker: posts reports over so many keep-alive connections, one request at a time on each, as fast as
// they are answered. It speaks HTTP on bare sockets: a full client would take the processor from what
// it measures.

import { connect, type Socket } from 'node:net'
import { drive, type Measured } from './drive.ts'
import { type RawPost, readAnswer, writeRequest } from './raw-post.ts'
import { makeReports } from './reports.ts'
import { serve } from './worker.ts'

export interface HttpLoad {
  readonly apiUrl: string
  readonly apiKey: string
  readonly connections: number
  readonly seconds: number
}

const reportsPerConnection = 4

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
    const request = requests[sent % requests.length] as RawPost
    sent += 1
    request.bytes.write(crypto.randomUUID(), request.keyAt, 'latin1')
    const answered = readAnswer(socket)
    socket.write(request.bytes)
    const head = await answered
    if (!head.startsWith('HTTP/1.1 201')) throw new Error(`answered ${head}`)
  }
  return { socket, post }
}
