// Worker: posts reports at a steady rate over so many keep-alive connections. Each is measured from the
// moment at which it was due when no connection was free then, so that a slow answer counts for those
// behind it too; otherwise from the moment at which it is sent, so that our own clock does not count.

import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { readAnswer, writeRequest } from './raw-post.ts'
import { makeReports } from './reports.ts'
import { percentile } from './stats.ts'
import { serve } from './worker.ts'

export interface FloodLoad {
  readonly apiUrl: string
  readonly apiKey: string
  readonly organisation: string
  readonly connections: number
  readonly perSecond: number
  readonly seconds: number
}

export interface FloodMeasured {
  readonly accepted: number
  readonly refused: number
  /** Of those accepted. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const reportsMade = 16

serve(async (load: FloodLoad): Promise<FloodMeasured> => {
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load)))
  const reports = await makeReports(reportsMade, new Date(), {
    organisation: load.organisation,
    vector: 'flash-minimal',
  })
  const requests = reports.map((report) => writeRequest(report, load))
  const tookMs: number[] = []
  let refused = 0
  let sent = 0
  const total = load.perSecond * load.seconds
  const begin = performance.now()
  // Each connection takes the next report that is due.
  const lane = async (socket: Socket) => {
    while (sent < total) {
      const index = sent
      sent += 1
      const due = begin + (index * 1000) / load.perSecond
      const early = due - performance.now()
      if (early > 0) await pause(early)
      const start = early > 0 ? performance.now() : due
      const request = requests[index % requests.length]
      if (!request) throw new RangeError('there are no reports')
      const bytes = Buffer.from(request.bytes)
      bytes.write(crypto.randomUUID(), request.keyAt, 'latin1')
      const answered = readAnswer(socket)
      socket.write(bytes)
      const head = await answered
      if (head.startsWith('HTTP/1.1 201')) tookMs.push(performance.now() - start)
      else if (head.startsWith('HTTP/1.1 429')) refused += 1
      else throw new Error(`answered ${head}`)
    }
  }
  try {
    await Promise.all(sockets.map(lane))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  return {
    accepted: tookMs.length,
    refused,
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
  }
})

async function open({ apiUrl }: FloodLoad): Promise<Socket> {
  const { hostname, port } = new URL(apiUrl)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise((resolve, reject) => void socket.once('connect', resolve).once('error', reject))
  return socket
}
