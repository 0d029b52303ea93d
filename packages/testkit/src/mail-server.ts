// A real SMTP server that stands for the operator's mail relay: it takes mails, or does what a script
// says at a step of the dialogue. Every mail is kept, parsed, with its bytes.

import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { waitFor } from './wait-for.ts'

export type MailStep = 'mail' | 'rcpt' | 'data'

/** What the server does with one mail at a step. */
export type MailFault =
  | { readonly at: MailStep; readonly code: number; readonly text?: string }
  /** It never answers. */
  | { readonly at: MailStep; readonly hang: true }
  /** It closes the connection. */
  | { readonly at: MailStep; readonly drop: true }
  | { readonly at: MailStep; readonly delayMs: number }

export interface ReceivedMail {
  /** The envelope. */
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly mail: ParsedMail
  readonly secure: boolean
  readonly user: string | undefined
}

export interface MailServerOptions {
  /** PEM; without it the server offers no TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string }
  /** TLS from the first byte instead of STARTTLS. */
  readonly secure?: boolean
  readonly user?: { readonly name: string; readonly password: string }
}

export interface MailServer {
  readonly port: number
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** The next mails meet these faults, one each. */
  readonly script: (...faults: MailFault[]) => void
  /** How many connections there have been. */
  readonly connections: () => number
  waitFor(wanted: (mails: readonly ReceivedMail[]) => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/** A mail server on a free port of 127.0.0.1. Close it when done; it drops what still hangs. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const scripted: MailFault[] = []
  const sockets = new Set<Socket>()
  const present = new Map<string, MailFault>()
  let connections = 0

  const meet = (at: MailStep, session: SMTPServerSession, go: Go) => {
    if (at === 'mail') {
      const next = scripted.shift()
      if (next) present.set(session.id, next)
    }
    const fault = present.get(session.id)
    if (fault?.at !== at) return go()
    present.delete(session.id)
    if ('hang' in fault) return
    if ('drop' in fault) {
      for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy()
      return
    }
    if ('delayMs' in fault) return void setTimeout(() => go(), fault.delayMs)
    go(Object.assign(new Error(fault.text ?? 'as scripted'), { responseCode: fault.code }))
  }

  const server = new SMTPServer({
    ...securityOf(options),
    logger: false,
    authOptional: options.user === undefined,
    closeTimeout: 1,
    onAuth({ username, password }, _, done) {
      const known = username === options.user?.name && password === options.user?.password
      if (known) done(null, { user: username })
      else done(Object.assign(new Error('Invalid login'), { responseCode: 535 }))
    },
    onMailFrom: (_, session, done) => meet('mail', session, done),
    onRcptTo: (_, session, done) => meet('rcpt', session, done),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      const keep = async () => {
        mails.push(await toReceived(Buffer.concat(chunks), session))
        done()
      }
      stream.on('end', () => {
        meet('data', session, (error) => (error ? done(error) : void keep()))
      })
    },
  })
  // What breaks shows in the mail that it breaks.
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    url: `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    mails,
    script: (...faults) => void scripted.push(...faults),
    connections: () => connections,
    async waitFor(wanted, timeoutMs = 10_000) {
      await waitFor(() => wanted(mails), { timeoutMs, what: `mails, of ${mails.length}` })
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

type Go = (error?: Error) => void

function securityOf({ certificate, secure = false, user }: MailServerOptions): SMTPServerOptions {
  if (certificate) return { ...certificate, secure }
  return { disabledCommands: user ? ['STARTTLS'] : ['STARTTLS', 'AUTH'], allowInsecureAuth: true }
}

async function toReceived(bytes: Buffer, session: SMTPServerSession): Promise<ReceivedMail> {
  const { mailFrom, rcptTo } = session.envelope
  return {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    raw: bytes.toString('latin1'),
    mail: await simpleParser(bytes),
    secure: session.secure,
    user: session.user as string | undefined,
  }
}
