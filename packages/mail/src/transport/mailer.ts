// Hands mails to the operator's mail server over a pool of connections. Every way in which that can
// end is a value; time, connections and what waits for them are bounded.

import { createTransport } from 'nodemailer'
import { isAddress } from '../address.ts'
import { composeMessage, type MailSettings, type MailToSend } from '../message.ts'
import { makeMailQueue } from './mail-queue.ts'
import { busy, type MailOutcome, outcomeOf, persist, type SmtpError, taken } from './outcome.ts'

export interface MailerOptions extends MailSettings {
  /** smtp:// or smtps://, with credentials where the server wants them. */
  readonly url: string
  /** Whether smtp:// must be secured before anything is said; by default it must beyond loopback. */
  readonly requireTls?: boolean | undefined
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined
  readonly connectionsMax: number
  /** From the hand-over to the server's last word, in milliseconds. */
  readonly deadlineMs: number
  /** Told of what only the operator can mend: no message, no address. */
  readonly onOurFault?: (outcome: MailOutcome) => void
}

export interface Mailer {
  send(mail: MailToSend): Promise<MailOutcome>
  /** Resolves when what is under way has ended, and closes the connections. */
  close(): Promise<void>
}

const messagesPerConnectionMax = 100
const idleMs = 30_000

/** Makes a mailer; it connects when the first mail is sent. Throws on a URL that is none of SMTP. */
export function createMailer(options: MailerOptions): Mailer {
  const transport = createTransport(transportOptions(options))
  const underWay = new Set<Promise<MailOutcome>>()
  const queue = makeMailQueue(options.connectionsMax)
  const hand = async (mail: MailToSend, signal: AbortSignal) => {
    try {
      const message = composeMessage(mail, options)
      const { response } = await transport.sendMail({ ...message, signal })
      return taken(Number.parseInt(response, 10) || 250)
    } catch (error) {
      const outcome = persist(outcomeOf(error as SmtpError), mail.level)
      if (outcome.ours) options.onOurFault?.(outcome)
      return outcome
    }
  }
  const inTurn = async (mail: MailToSend) => {
    const signal = AbortSignal.timeout(options.deadlineMs)
    const leave = await queue.enter(mail.level, signal)
    if (!leave) return busy
    return hand(mail, signal).finally(leave)
  }
  return {
    async send(mail) {
      if (!isAddress(mail.to)) return outcomeOf({ code: 'EENVELOPE', command: 'API' })
      const sending = inTurn(mail).finally(() => underWay.delete(sending))
      underWay.add(sending)
      return sending
    },
    async close() {
      await Promise.allSettled(underWay)
      transport.close()
    },
  }
}

function transportOptions(options: MailerOptions) {
  const url = new URL(options.url)
  const secure = url.protocol === 'smtps:'
  if (!secure && url.protocol !== 'smtp:') throw new TypeError('not smtp:// or smtps://')
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  const port = url.port === '' ? undefined : Number(url.port)
  const auth = url.username !== '' && {
    user: decodeURIComponent(url.username),
    pass: decodeURIComponent(url.password),
  }
  const stepMs = Math.min(10_000, options.deadlineMs)
  return {
    pool: true as const,
    host,
    port: port ?? (secure ? 465 : 587),
    secure,
    requireTLS: !secure && (options.requireTls ?? !isLoopback(host)),
    ...(auth && { auth }),
    tls: { minVersion: 'TLSv1.2' as const, ...(options.ca && { ca: options.ca }) },
    maxConnections: options.connectionsMax,
    maxMessages: messagesPerConnectionMax,
    maxRequeues: 1,
    idleTimeout: idleMs,
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    dnsTimeout: stepMs,
    socketTimeout: options.deadlineMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** True for names and addresses of the machine itself. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
