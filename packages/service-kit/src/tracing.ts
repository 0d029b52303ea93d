// Spans of OpenTelemetry, told over OTLP/HTTP to the collector that the operator names, and to nobody
// otherwise: then nothing of the library is even loaded. A span is told once it is over, with the
// identifiers that its event already carries, so that work of two services makes one trace.

import type { Link, SpanContext, SpanKind } from '@opentelemetry/api'
import { isTraceparent, traceIdOf } from './trace-context.ts'

export interface ToldSpan {
  /** A fixed name, never made from what came in. */
  readonly name: string
  readonly kind?: 'internal' | 'server' | 'client'
  /** The traceparent of the span itself. */
  readonly own: string
  /** Of the span that it is part of; without one it is the root of its trace. */
  readonly parent?: string
  /** Of spans in other traces. */
  readonly links?: readonly string[]
  /** Milliseconds since 1970. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes?: SpanAttributes
  readonly failed?: boolean
}

/** All that a span may say: identifiers, levels, lanes, numbers. Nothing that a carrier wrote. */
export type SpanAttributes = Readonly<Partial<Record<AttributeName, string | number | null>>>

const attributeNames = {
  eventId: 'renkei.event.id',
  reportId: 'renkei.report.id',
  revision: 'renkei.report.revision',
  subscriptionId: 'renkei.subscription.id',
  requestId: 'renkei.request.id',
  level: 'renkei.level',
  lane: 'renkei.lane',
  attempt: 'renkei.attempt',
  result: 'renkei.result',
  owed: 'renkei.owed',
  claimed: 'renkei.claimed',
  status: 'http.response.status_code',
} as const

type AttributeName = keyof typeof attributeNames

// What no identifier looks like does not leave, whatever has put it there.
const identifier = /^[\w.:-]{1,64}$/

export interface Tracing {
  /** Tells a span that is over; never waits, and drops it when too many wait already. */
  tell(span: ToldSpan): void
  /** Tells what still waits, for at most two seconds. */
  stop(): Promise<void>
}

export interface TracingOptions {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT has it: the base URL of the collector. */
  readonly endpoint: string
  readonly service: string
}

const waitingSpansMax = 4096
const batchSpansMax = 512
const batchMs = 1000
const exportMsMax = 5000
const exportsAtOnceMax = 2
const stopMsMax = 2000

/** Starts to tell spans to a collector, or nothing when none is named. */
export async function startTracing(
  endpoint: string | undefined,
  service: string,
): Promise<Tracing | undefined> {
  return endpoint === undefined ? undefined : start({ endpoint, service })
}

async function start({ endpoint, service }: TracingOptions): Promise<Tracing> {
  const [api, sdk, resources, otlp] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const exporter = new otlp.OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: exportMsMax,
    concurrencyLimit: exportsAtOnceMax,
  })
  // The one that asks next is always the span that is told just now.
  let next: SpanContext | undefined
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': `renkei-${service}` }),
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: {
      generateTraceId: () => next?.traceId ?? api.INVALID_TRACEID,
      generateSpanId: () => next?.spanId ?? api.INVALID_SPANID,
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter,
        maxQueueSize: waitingSpansMax,
        maxExportBatchSize: batchSpansMax,
        scheduledDelayMillis: batchMs,
        exportTimeoutMillis: exportMsMax,
      }),
    ],
  })
  const tracer = provider.getTracer('renkei')
  const kinds = {
    internal: api.SpanKind.INTERNAL,
    server: api.SpanKind.SERVER,
    client: api.SpanKind.CLIENT,
  } as const satisfies Record<string, SpanKind>
  return {
    tell(told) {
      if (!isTraceparent(told.own)) return
      next = contextOf(told.own)
      const parent = isTraceparent(told.parent) ? contextOf(told.parent) : undefined
      const context = parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT
      const options = {
        kind: kinds[told.kind ?? 'internal'],
        startTime: told.startMs,
        links: (told.links ?? []).filter(isTraceparent).map(linkTo),
        attributes: toAttributes(told.attributes ?? {}),
      }
      const span = tracer.startSpan(told.name, options, context)
      if (told.failed) span.setStatus({ code: api.SpanStatusCode.ERROR })
      span.end(Math.max(told.startMs, told.endMs))
    },
    stop: () => withinTime(provider.shutdown()),
  }
}

const spanIdAt = 36
const spanIdEnd = 52

function contextOf(traceparent: string): SpanContext {
  return {
    traceId: traceIdOf(traceparent),
    spanId: traceparent.slice(spanIdAt, spanIdEnd),
    traceFlags: 1,
    isRemote: true,
  }
}

function linkTo(traceparent: string): Link {
  return { context: contextOf(traceparent) }
}

function toAttributes(given: SpanAttributes): Record<string, string | number> {
  const attributes: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(given)) {
    const key = (attributeNames as Partial<Record<string, string>>)[name]
    if (key === undefined || value === null) continue
    if (typeof value === 'number' || identifier.test(value)) attributes[key] = value
  }
  return attributes
}

// A collector that does not answer holds up no stop; what it did not take is lost.
async function withinTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stopMsMax)
  })
  await Promise.race([work.catch(() => undefined), limit])
  clearTimeout(timer)
}
