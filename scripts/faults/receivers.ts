// The endpoints of the listeners: a real HTTP server behind a line of its own for each, which can be
// broken. Whatever arrives is verified as a peer would and noted.

import {
  type ReceivedRequest,
  type Receiver,
  type Reply,
  startReceiver,
  startTcpProxy,
  type TcpProxy,
} from '@renkei/testkit'
import { Webhook } from 'standardwebhooks'
import type { Journal, Receipt, Subscriber } from './journal.ts'
import { type NameServer, zone } from './names.ts'
import type { Party } from './parties.ts'

export interface Endpoint extends Subscriber {
  readonly path: string
  /** The name in its URL, when it has one. */
  readonly host: string | undefined
  readonly line: TcpProxy
  readonly replies: Pick<Receiver, 'always'>
}

export interface ReceiverOptions {
  readonly apiUrl: string
  readonly listeners: readonly Party[]
  readonly count: number
  /** The first so many are known by a name. */
  readonly named: number
  readonly names: NameServer
  readonly journal: Journal
  /** Stands between the line and the receiver's own books. */
  readonly pass?: (receipt: Receipt, subscriber: Subscriber) => readonly Receipt[]
}

export interface Receivers {
  readonly endpoints: readonly Endpoint[]
  stop(): Promise<void>
}

/** Subscribes each endpoint over the API, challenge included; modes latest and all take turns. */
export async function startReceivers(options: ReceiverOptions): Promise<Receivers> {
  const secrets = new Map<string, string>()
  const endpoints: Endpoint[] = []
  const receiver = await startReceiver({
    onDelivery: (request) => {
      const endpoint = endpoints.find(({ path }) => path === request.path)
      if (endpoint) note(request, endpoint, secrets.get(request.path) ?? '', options)
    },
  })
  for (let index = 0; index < options.count; index += 1) {
    const line = await startTcpProxy(receiver.url('/'))
    const path = `/receiver-${index}`
    const host = index < options.named ? `receiver-${index}${zone}` : undefined
    if (host) options.names.say(host, ['127.0.0.1'])
    const url = `http://${host ?? '127.0.0.1'}:${line.port}${path}`
    const mode = index % 2 === 0 ? 'all' : 'latest'
    const listener = options.listeners[index % options.listeners.length]
    const made = await subscribe(options.apiUrl, listener?.apiKey ?? '', { url, mode })
    secrets.set(path, made.secret)
    const name = `receiver ${index} (mode ${mode})`
    endpoints.push({ ...made, name, mode, path, host, line, replies: receiver })
  }
  return {
    endpoints,
    async stop() {
      for (const { line } of endpoints) await line.close()
      await receiver.close()
    },
  }
}

async function subscribe(
  apiUrl: string,
  apiKey: string,
  { url, mode }: { readonly url: string; readonly mode: string },
): Promise<{ subscriptionId: string; secret: string }> {
  const response = await fetch(`${apiUrl}/v1/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'webhook', target: { url }, mode }),
  })
  const made = (await response.json()) as Record<'subscriptionId' | 'secret' | 'state', string>
  if (made.state !== 'active') throw new Error(`${url} was not verified: ${JSON.stringify(made)}`)
  return { subscriptionId: made.subscriptionId, secret: made.secret }
}

interface Delivered {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly revision?: number
}

function note(
  request: ReceivedRequest,
  endpoint: Endpoint,
  secret: string,
  { journal, pass = (receipt) => [receipt] }: ReceiverOptions,
): void {
  let event: Delivered
  try {
    const headers = request.headers as Record<string, string>
    event = new Webhook(secret).verify(request.body.toString('utf8'), headers) as Delivered
  } catch (error) {
    journal.alarms.push(`${endpoint.name} got what it cannot verify: ${(error as Error).message}`)
    return
  }
  if (!isRevision(event)) return
  const receipt = {
    subscriptionId: endpoint.subscriptionId,
    eventId: event.id,
    reportId: event.subject,
    revision: event.revision,
    taken: saysYes(request.reply),
  }
  journal.receipts.push(...pass(receipt, endpoint))
}

/** True of an event that tells of a revision, and not of a notice. */
export function isRevision<T extends Delivered>(event: T): event is T & { revision: number } {
  return event.revision !== undefined && !event.type.includes('.notice.')
}

// Whoever has sent a status of success has taken it, however the answer goes on.
function saysYes(reply: Reply | undefined): boolean {
  if (reply?.kind === 'answer') return reply.status >= 200 && reply.status <= 299
  if (reply?.kind === 'reset') return reply.when === 'after_headers'
  return reply?.kind === 'drip' || reply?.kind === 'huge_body' || reply?.kind === 'close_after'
}
