// What a subscriber makes of the requests it received: signature, envelope and order, judged by
// other people's code where there is some.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type EventEnvelope, parseEvent } from '@renkei/schema'
import type { ReceivedRequest } from '@renkei/testkit'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { CloudEvent } from 'cloudevents'
import { Webhook } from 'standardwebhooks'

/** The official JSON Schema of CloudEvents 1.0, kept beside this repository. */
const oracle = fileURLToPath(
  new URL('../../../shared/oracles/cloudevents/cloudevents.json', import.meta.url),
)

/** True when the official schema is there to judge by. */
export const hasOfficialSchema = existsSync(oracle)

export interface Received {
  readonly request: ReceivedRequest
  readonly webhookId: string
  readonly event: EventEnvelope
  readonly text: string
}

/** Reads a delivery as its subscriber does; throws when anything about it is wrong. */
export function readDelivery(request: ReceivedRequest, secret: string): Received {
  const headers = request.headers as Record<string, string>
  const text = request.body.toString('utf8')
  const verified = new Webhook(secret).verify(text, headers)
  const parsed = parseEvent(verified)
  if (!parsed.ok) throw new Error(`not our event: ${JSON.stringify(parsed.faults)}`)
  if (headers['webhook-id'] !== parsed.event.id) throw new Error('webhook-id is not the event id')
  if (headers['content-type'] !== 'application/cloudevents+json; charset=utf-8') {
    throw new Error(`content-type is ${headers['content-type']}`)
  }
  // Strict: throws on anything that is not CloudEvents 1.0.
  new CloudEvent(parsed.event, true).validate()
  return { request, webhookId: parsed.event.id, event: parsed.event, text }
}

/** The faults that the official schema finds in an event; none when it is right. */
export function officialFaults(event: unknown): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(oracle, 'utf8')) as object)
  return validate(event) ? [] : (validate.errors ?? [])
}

/** The feed numbers of deliveries, each once, in feed order. */
export function seqsOf(received: readonly Received[]): number[] {
  return [...new Set(received.map(({ event }) => Number(event.feedcursor)))].toSorted(
    (a, b) => a - b,
  )
}

/**
 * Follows `previouscursor` as a receiver does; gives each event that does not name the one before
 * it. `since` is the feed number at which the subscription's view began.
 */
export function gapsIn(received: readonly Received[], since: number): string[] {
  const bySeq = new Map(received.map(({ event }) => [Number(event.feedcursor), event]))
  let before = since
  return seqsOf(received).flatMap((seq) => {
    const said = Number(bySeq.get(seq)?.previouscursor)
    const gap = said === before ? [] : [`${seq} says ${said} instead of ${before}`]
    before = seq
    return gap
  })
}
