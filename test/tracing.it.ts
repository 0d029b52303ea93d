// With a collector named, one report is one trace: from the POST over fan-out and claim to each attempt, whose
// span the receiver is given. Nothing that the carrier wrote goes along.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeClient, type RunningService, spawnApi, spawnNotifier } from './support/services.ts'
import { openWorld, type World } from './support/world.ts'

let world: World
let receiver: Receiver
let running: RunningService[]
let collector: Awaited<ReturnType<typeof startCollector>>

beforeEach(async () => {
  running = []
  world = await openWorld()
  receiver = await startReceiver()
})
afterEach(async () => {
  await Promise.all(running.map((service) => service.kill('SIGTERM')))
  await collector.close()
  await receiver.close()
  await world.close()
})

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly links?: readonly { readonly traceId: string }[]
}

async function startCollector(answers: boolean) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      if (answers) response.end('{}')
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const spansOf = (body: string) =>
    (
      JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
    ).resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () => bodies.flatMap(spansOf),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const start = async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const api = await spawnApi(world.url, env)
  const notifier = await spawnNotifier(world.url, env)
  running.push(api, notifier)
  await world.subscribe({ url: receiver.url('/a') })
  await world.subscribe({ url: receiver.url('/b') })
  return makeClient(api.url, world.carrier, await world.key(world.carrier))
}

test('one report makes one trace, whose last spans the receivers are given', async () => {
  collector = await startCollector(true)
  const noc = await start()
  receiver.script('/b', { kind: 'answer', status: 503, headers: { 'retry-after': '1' } })
  const mine = '4bf92f3577b34da6a3ce929d0e0e4736'
  const headers = { traceparent: `00-${mine}-00f067aa0ba902b7-01` }
  const headline = '東京都で音声通話がつながりにくい状況'
  const { status } = await noc.post('/v1/reports', report(world.carrier, headline), headers)
  expect(status).toBe(201)
  await receiver.waitFor(2)
  const sends = () => collector.spans().filter(({ name }) => name === 'delivery.send')
  await waitFor(() => sends().length >= 2, {
    timeoutMs: 10_000,
    what: 'the spans of both attempts',
  })
  const root = collector.spans().find(({ name }) => name === 'report.accept')
  const trace = collector.spans().filter(({ traceId }) => traceId === root?.traceId)
  const names = new Set(trace.map(({ name }) => name))
  expect(names).toEqual(
    new Set([
      'report.accept',
      'report.receive',
      'report.validate',
      'report.classify',
      'report.commit',
      'event.expand',
      'delivery.claim',
      'delivery.send',
    ]),
  )
  // Every span but the root has its parent in the same trace.
  const ids = new Set(trace.map(({ spanId }) => spanId))
  const orphans = trace.filter(
    ({ spanId, parentSpanId = '' }) => spanId !== root?.spanId && !ids.has(parentSpanId),
  )
  expect(orphans).toEqual([])
  // The sender's own trace is another one, and linked to.
  expect(root?.traceId).not.toContain(mine)
  expect(root?.links?.map(({ traceId }) => traceId)).toEqual([mine])
  const given = receiver.requests.map(({ headers: { traceparent } }) => String(traceparent))
  const told = sends().map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`)
  expect(new Set(told)).toEqual(new Set(given.slice(0, told.length)))
  const text = collector.bodies.join('')
  for (const word of [headline, '当直', '+81', world.carrier, receiver.url(''), '503:']) {
    expect(text).not.toContain(word)
  }
})

test('a collector that hangs delays nothing', async () => {
  collector = await startCollector(false)
  const noc = await start()
  const accepted = await Promise.all(
    Array.from({ length: 20 }, (_, index) => noc.report(`hang-${index}`)),
  )
  expect(accepted.map(({ status }) => status)).toEqual(Array(20).fill(201))
  await receiver.waitFor(40)
  await waitFor(() => collector.bodies.length > 0, { what: 'the collector to be asked' })
  const beganMs = performance.now()
  const ended = await Promise.all(running.splice(0).map((service) => service.kill('SIGTERM')))
  expect(ended.map(({ code }) => code)).toEqual([0, 0])
  expect(performance.now() - beganMs).toBeLessThan(8000)
})

function report(organisation: string, headline: string) {
  return {
    schemaVersion: '1.0.0',
    kind: 'fault',
    messageStatus: 'actual',
    stage: 'flash',
    state: 'investigating',
    reporter: { organisation },
    detectedAt: { at: '2026-07-30T09:18:00+09:00', precision: 'exact' },
    asOf: { at: '2026-07-30T09:25:00+09:00', precision: 'exact' },
    impacts: [
      {
        service: 'mobileData',
        effect: 'unavailable',
        users: { value: 1_200_000, qualifier: 'about' },
      },
    ],
    emergencyCalls: { effect: 'none' },
    areas: [{ type: 'prefecture', code: '13' }],
    texts: [{ language: 'ja', headline }],
    contacts: [{ role: 'incident', name: '当直', phone: '+81-3-0000-0000' }],
    nextUpdateBy: '2026-07-30T09:55:00+09:00',
    tlp: 'TLP:GREEN',
  }
}
