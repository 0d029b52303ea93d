import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Client } from 'pg'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase, startTcpProxy, waitFor } from '../src/index.ts'
import type { TcpProxy } from '../src/index.ts'

type Talk = { socket: Socket; heard: () => string; closed: () => string | undefined }

let proxy: TcpProxy
let targetPort: number
const servers: Socket[] = []

beforeEach(async () => {
  servers.length = 0
  const echo = createServer((socket) => {
    servers.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  targetPort = (echo.address() as AddressInfo).port
  proxy = await startTcpProxy(`tcp://127.0.0.1:${targetPort}`)
  return async () => {
    await proxy.close()
    for (const socket of servers) socket.destroy()
    echo.close()
  }
})

/** Bytes that went through the proxy before this have arrived, if they ever will. */
async function roundTripPastTheProxy(): Promise<void> {
  const direct = await talk(targetPort)
  for (const text of ['1', '12', '123']) {
    direct.socket.write(text.slice(-1))
    await waitFor(() => direct.heard() === text)
  }
}

async function talk(port = proxy.port): Promise<Talk> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let heard = ''
  let closed: string | undefined
  socket.on('data', (chunk) => (heard += String(chunk)))
  socket.on('error', (error) => (closed = (error as NodeJS.ErrnoException).code))
  socket.on('close', () => (closed ??= 'closed'))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, heard: () => heard, closed: () => closed }
}

describe('a proxy', () => {
  test('passes bytes both ways, and the end of a connection with its last bytes', async () => {
    const one = await talk()
    const many = 'y'.repeat(3_000_000)
    one.socket.end(many)
    await waitFor(() => one.closed())
    expect([one.heard().length, one.closed()]).toEqual([many.length, 'closed'])
    await waitFor(() => proxy.connections() === 0)
  })

  test('cut: resets what is there, lets new connections pass', async () => {
    const one = await talk()
    proxy.cut()
    expect(await waitFor(() => one.closed())).toBe('ECONNRESET')
    const two = await talk()
    two.socket.write('again')
    await waitFor(() => two.heard() === 'again')
  })

  test('pause: holds every byte, old connection or new, and delivers all on resume', async () => {
    const one = await talk()
    one.socket.write('a')
    await waitFor(() => one.heard() === 'a')
    proxy.pause()
    const two = await talk()
    one.socket.write('b')
    two.socket.write('c')
    await waitFor(() => one.socket.bytesWritten === 2 && two.socket.bytesWritten === 1)
    await roundTripPastTheProxy()
    expect([one.heard(), two.heard()]).toEqual(['a', ''])
    proxy.resume()
    await waitFor(() => one.heard() === 'ab' && two.heard() === 'c')
  })

  test('blackhole: everything is taken, nothing passes, not even the end; then it is reset', async () => {
    const one = await talk()
    one.socket.write('a')
    await waitFor(() => one.heard() === 'a')
    proxy.blackhole()
    const two = await talk()
    one.socket.write('lost')
    two.socket.write('lost')
    servers[0]!.destroy()
    const three = await talk()
    await roundTripPastTheProxy()
    expect([one.heard(), two.heard(), one.closed(), two.closed()]).toEqual([
      'a',
      '',
      undefined,
      undefined,
    ])
    await proxy.restore()
    for (const each of [one, two, three])
      expect(await waitFor(() => each.closed())).toBe('ECONNRESET')
    const four = await talk()
    four.socket.write('d')
    await waitFor(() => four.heard() === 'd')
  })

  test('refuse: no connection is left or made, until restored on the same port', async () => {
    const one = await talk()
    const { port } = proxy
    await proxy.refuse()
    expect(await waitFor(() => one.closed())).toBe('ECONNRESET')
    const socket = connect(port, '127.0.0.1')
    const error = await new Promise((resolve) => socket.once('error', resolve))
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    await proxy.restore()
    const two = await talk()
    two.socket.write('back')
    await waitFor(() => two.heard() === 'back')
  })

  test('before Postgres: its URL works, and a cut is an error of the client', async () => {
    const database = await createTestDatabase()
    onTestFinished(async () => database.drop())
    const between = await startTcpProxy(database.url)
    onTestFinished(async () => between.close())
    const client = new Client({ connectionString: between.url })
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error))
    await client.connect()
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    between.cut()
    await waitFor(() => errors.length > 0)
    expect(errors[0]).toMatchObject({ code: 'ECONNRESET' })
  })
})
