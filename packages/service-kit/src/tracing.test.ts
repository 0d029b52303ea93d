import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { beginTrace, continueTrace, traceIdOf } from './trace-context.ts'
import { startTracing, type ToldSpan, type Tracing } from './tracing.ts'

interface TakenSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: object }[]
  readonly links?: readonly { readonly traceId: string }[]
}

let servers: Server[] = []
afterEach(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  servers = []
})

async function collector(answer: (bodies: string[], body: string) => boolean = keep) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    void read(request).then((body) => answer(bodies, body) && response.end('{}'))
  })
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const spans = () =>
    bodies.flatMap((body) =>
      (JSON.parse(body) as Export).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope) => scope.spans),
      ),
    )
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { endpoint, bodies, spans }
}

interface Export {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: TakenSpan[] }[] }[]
}

const keep = (bodies: string[], body: string) => bodies.push(body) > 0

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const span = (members: Partial<ToldSpan> = {}): ToldSpan => ({
  name: 'a.step',
  own: beginTrace(),
  startMs: 1_000_000,
  endMs: 1_000_250,
  ...members,
})

test('tells spans with the identifiers and times that they were given, tied to parent and links', async () => {
  const { endpoint, spans } = await collector()
  const tracing = await started(endpoint)
  const root = beginTrace()
  const child = continueTrace(root)
  const other = beginTrace()
  tracing.tell(span({ name: 'root', own: root, links: [other] }))
  tracing.tell(span({ name: 'child', own: child, parent: root }))
  await tracing.stop()
  const [first, second] = spans()
  expect(first).toMatchObject({
    name: 'root',
    traceId: traceIdOf(root),
    spanId: root.slice(36, 52),
  })
  expect(first?.parentSpanId).toBeFalsy()
  expect(first?.links?.map(({ traceId }) => traceId)).toEqual([traceIdOf(other)])
  expect(first?.startTimeUnixNano).toBe('1000000000000')
  expect(first?.endTimeUnixNano).toBe('1000250000000')
  expect(second).toMatchObject({
    name: 'child',
    traceId: traceIdOf(root),
    spanId: child.slice(36, 52),
    parentSpanId: root.slice(36, 52),
  })
})

test('lets no text leave: neither under another name nor in place of an identifier', async () => {
  const { endpoint, bodies, spans } = await collector()
  const tracing = await started(endpoint)
  const attributes = { reportId: '東京都で音声通話', headline: 'secret', level: 4, lane: 'a b' }
  tracing.tell(span({ attributes }))
  await tracing.stop()
  expect(spans()[0]?.attributes).toEqual([{ key: 'renkei.level', value: { intValue: 4 } }])
  expect(bodies.join()).not.toMatch(/secret|東京都|a b/)
})

test('is held up neither by a collector that hangs nor by one that is not there', async () => {
  const { endpoint } = await collector(() => false)
  const { port } = new URL((await collector()).endpoint)
  servers.pop()?.close()
  for (const url of [endpoint, `http://127.0.0.1:${port}`]) {
    const tracing = await started(url)
    const beganMs = performance.now()
    for (let count = 0; count < 20_000; count += 1) tracing.tell(span())
    const toldMs = performance.now() - beganMs
    await tracing.stop()
    // 20,000 spans cost their own making, and no more than 4,096 of them are kept.
    expect(toldMs).toBeLessThan(2000)
    expect(performance.now() - beganMs - toldMs).toBeLessThan(3000)
  }
})

test('is nothing at all when no collector is named', async () => {
  expect(await startTracing(undefined, 'test')).toBeUndefined()
})

async function started(endpoint: string): Promise<Tracing> {
  const tracing = await startTracing(endpoint, 'test')
  if (!tracing) throw new Error('not started')
  return tracing
}
