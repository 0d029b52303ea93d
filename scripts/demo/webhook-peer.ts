// A peer that receives webhooks, as a carrier would write it: answers the challenge, verifies every
// signature with the library of Standard Webhooks, drops repeats by webhook-id.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventTypes } from '@renkei/schema'
import { Webhook } from 'standardwebhooks'
import type { DemoPeer, Sighting } from './peer.ts'

export interface WebhookPeer extends DemoPeer {
  readonly url: string
  /** The secret that the subscription showed; what comes before it cannot be verified. */
  useSecret(secret: string): void
}

/** Starts the receiver on a free port of 127.0.0.1. */
export async function startWebhookPeer(name: string): Promise<WebhookPeer> {
  const sightings: Sighting[] = []
  const seen = new Set<string>()
  const faults: string[] = []
  let verifier: Webhook | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const receivedAt = performance.now()
      const body = Buffer.concat(chunks).toString('utf8')
      const event = JSON.parse(body) as DemoEvent
      if (event.type === eventTypes.subscriptionVerification) {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ challenge: event.data['challenge'] }))
        return
      }
      try {
        if (!verifier) throw new Error('an event came before the secret was known')
        verifier.verify(body, request.headers as Record<string, string>)
      } catch (error) {
        faults.push(`${name}: ${(error as Error).message}`)
        response.writeHead(401).end()
        return
      }
      response.writeHead(204).end()
      if (seen.has(event.id)) return
      seen.add(event.id)
      sightings.push({
        eventId: event.id,
        cursor: event.feedcursor,
        previous: event.previouscursor,
        receivedAt,
      })
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    name,
    url: `http://127.0.0.1:${port}/renkei`,
    sightings,
    faults,
    useSecret: (secret) => void (verifier = new Webhook(secret)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface DemoEvent {
  readonly id: string
  readonly type: string
  readonly feedcursor: string
  readonly previouscursor: string
  readonly data: Record<string, unknown>
}
