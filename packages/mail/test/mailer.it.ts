// Mails over a real SMTP server: whatever it does, the outcome is a value, in time.

import { createServer, type Socket } from 'node:net'
import { type MailServer, type MailServerOptions, startMailServer, waitFor } from '@renkei/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../webhook/test/certificate.ts'
import {
  createMailer,
  type MailerOptions,
  type MailOutcome,
  type MailToSend,
} from '../src/index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const certificate = makeCertificate({ names: ['localhost'], addresses: ['127.0.0.1'] })

async function server(options: MailServerOptions = {}): Promise<MailServer> {
  const started = await startMailServer(options)
  closers.push(() => started.close())
  return started
}

function mailer(url: string, options: Partial<MailerOptions> = {}) {
  const faults: MailOutcome[] = []
  const made = createMailer({
    url,
    from: 'Renkei <renkei@mail.example>',
    bounceDomain: 'mail.example',
    connectionsMax: 2,
    deadlineMs: 5000,
    onOurFault: (outcome) => faults.push(outcome),
    ...options,
  })
  closers.push(() => made.close())
  return { send: (sent: MailToSend) => made.send(sent), faults }
}

const mail: MailToSend = {
  to: 'noc@example.jp',
  level: 0,
  content: {
    subject: '【訓練】【危機4】東京都: 音声通話 第3報 [TLP:AMBER]',
    urgent: true,
    blocks: [{ kind: 'text', text: 'つながりにくい状況です' }],
  },
  date: new Date('2026-05-01T00:00:00Z'),
  messageId: '<e1.s1@mail.example>',
  threadRoot: '<report.r1.s1@mail.example>',
  bounceToken: 's0123abc',
  unsubscribe: 'https://renkei.example/m/tok/unsubscribe',
  listId: 's1',
}

const urgent: MailToSend = { ...mail, level: 4 }

describe('a mail that is taken', () => {
  test('comes with its parts, its thread and what says that no person wrote it', async () => {
    const relay = await server()
    expect(await mailer(relay.url).send(mail)).toMatchObject({ result: 'delivered', status: 250 })
    const [got] = relay.mails
    expect(got).toMatchObject({ from: 'bounces+s0123abc@mail.example', to: ['noc@example.jp'] })
    const { subject, text, html, messageId, inReplyTo, references, date, headers } = got!.mail
    expect({ subject, messageId, inReplyTo, references, date }).toEqual({
      subject: mail.content.subject,
      messageId: mail.messageId,
      inReplyTo: mail.threadRoot,
      references: mail.threadRoot,
      date: mail.date,
    })
    expect([text, html]).toEqual([
      expect.stringContaining('つながりにくい状況です'),
      expect.stringContaining('つながりにくい状況です'),
    ])
    expect(headers.get('auto-submitted')).toBe('auto-generated')
    expect(headers.get('precedence')).toBe('list')
    expect(got!.raw).toContain('X-Priority: 1')
    const unfolded = got!.raw.replaceAll(/\r\n[ \t]+/g, ' ')
    expect(unfolded).toContain('List-Unsubscribe: <https://renkei.example/m/tok/unsubscribe>')
    expect(unfolded).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
    expect(unfolded).toMatch(/List-ID: <s1\.mail\.example>/i)
    expect(got!.raw).toMatch(/^Subject: =\?UTF-8\?/im)
  })

  test('is the same mail when it is sent again', async () => {
    const relay = await server()
    const { send } = mailer(relay.url)
    await send(mail)
    await send(mail)
    expect(new Set(relay.mails.map(({ mail: got }) => got.messageId)).size).toBe(1)
  })

  test('carries no header of anybody else, whatever stands in its subject and address', async () => {
    const relay = await server()
    const subject = 'a\r\nBcc: evil@example.jp\r\n\r\nbody'
    const { send } = mailer(relay.url)
    await send({ ...mail, content: { ...mail.content, subject } })
    for (const to of ['noc@example.jp\r\nBcc: evil@example.jp', 'a@b.jp, evil@example.jp', '']) {
      expect(await send({ ...mail, to })).toMatchObject({ result: 'refused', badAddress: true })
    }
    expect(relay.mails).toHaveLength(1)
    for (const { to, mail: got } of relay.mails) {
      expect(got.headers.has('bcc')).toBe(false)
      expect(to).not.toContain('evil@example.jp')
    }
  })

  test('shares connections with others, as few as were allowed', async () => {
    const relay = await server()
    const { send } = mailer(relay.url)
    await Promise.all(Array.from({ length: 8 }, () => send(mail)))
    expect(relay.mails).toHaveLength(8)
    expect(relay.connections()).toBeLessThanOrEqual(2)
  })
})

describe('a mail server that secures what is said', () => {
  const { key, cert } = certificate

  test.each([false, true])(
    'is trusted by the authority that was given, smtps %s',
    async (secure) => {
      const relay = await server({ certificate: { key, cert }, secure })
      const { send } = mailer(relay.url, { requireTls: true, ca: cert })
      expect(await send(mail)).toMatchObject({ result: 'delivered' })
      expect(relay.mails[0]?.secure).toBe(true)
    },
  )

  test('is not trusted by nobody’s word, and nothing is said to it', async () => {
    const relay = await server({ certificate: { key, cert } })
    const { send, faults } = mailer(relay.url, { requireTls: true })
    expect(await send(mail)).toMatchObject({ result: 'retry', ours: true })
    expect(faults).toHaveLength(1)
    expect(relay.mails).toEqual([])
  })

  test('is not spoken to in the clear when TLS is needed', async () => {
    const relay = await server({ user: { name: 'renkei', password: 'p' } })
    const url = relay.url.replace('://', '://renkei:p@')
    const outcome = await mailer(url, { requireTls: true }).send(mail)
    expect(outcome).toMatchObject({ result: 'retry', ours: true })
    expect(relay.mails).toEqual([])
  })

  test('takes the credentials of the URL', async () => {
    const relay = await server({
      certificate: { key, cert },
      user: { name: 'r@x', password: 'p:/' },
    })
    const url = relay.url.replace('://', '://r%40x:p%3A%2F@')
    expect(await mailer(url, { ca: cert }).send(mail)).toMatchObject({ result: 'delivered' })
    expect(relay.mails[0]?.user).toBe('r@x')
  })

  test('that refuses our credentials is our fault, and the mail is tried again', async () => {
    const relay = await server({ certificate: { key, cert }, user: { name: 'r', password: 'p' } })
    const { send, faults } = mailer(relay.url.replace('://', '://r:wrong@'), { ca: cert })
    expect(await send(mail)).toMatchObject({
      result: 'retry',
      status: 535,
      ours: true,
      reason: 'the mail server refused our credentials',
    })
    expect(faults).toHaveLength(1)
  })
})

describe('a mail server that does not take it', () => {
  test('greylists: later it is taken', async () => {
    const relay = await server()
    relay.script({ at: 'rcpt', code: 451, text: '4.7.1 Greylisted' })
    const { send } = mailer(relay.url)
    expect(await send(mail)).toMatchObject({
      result: 'retry',
      status: 451,
      retryAfterMs: 60_000,
      ours: false,
    })
    expect(await send(mail)).toMatchObject({ result: 'delivered' })
  })

  test('refuses the recipient: the address takes no mail', async () => {
    const relay = await server()
    relay.script({ at: 'rcpt', code: 550, text: '5.1.1 <noc@example.jp> unknown' })
    const outcome = await mailer(relay.url).send(mail)
    expect(outcome).toMatchObject({ result: 'refused', status: 550, badAddress: true })
    expect(outcome.reason).not.toContain('noc')
  })

  test.each([
    [
      { at: 'mail', code: 550 },
      { result: 'retry', ours: true },
    ],
    [
      { at: 'data', code: 554 },
      { result: 'refused', badAddress: false },
    ],
    [
      { at: 'data', code: 451 },
      { result: 'retry', ours: false },
    ],
    [{ at: 'rcpt', code: 421 }, { result: 'retry' }],
    ...(['data', 'rcpt'] as const).map(
      (at) =>
        [
          { at, drop: true },
          { result: 'retry', status: null },
        ] as const,
    ),
  ] as const)('%o ends as %o', async (fault, expected) => {
    const relay = await server()
    relay.script(fault)
    const { send } = mailer(relay.url)
    expect(await send(mail)).toMatchObject(expected)
    expect(await send(mail)).toMatchObject({ result: 'delivered' })
  })

  test.each(['mail', 'rcpt', 'data'] as const)(
    'hangs at %s: the deadline ends it, and others go on',
    async (at) => {
      const relay = await server()
      relay.script({ at, hang: true })
      const { send } = mailer(relay.url, { deadlineMs: 400 })
      const began = performance.now()
      expect(await send(mail)).toMatchObject({ result: 'retry', ours: true })
      expect(performance.now() - began).toBeLessThan(3000)
      expect(await send(mail)).toMatchObject({ result: 'delivered' })
    },
  )

  test('refuses the mail itself: an urgent one is tried again slowly, and says why', async () => {
    const relay = await server()
    relay.script({ at: 'data', code: 554 }, { at: 'rcpt', code: 550 })
    const { send } = mailer(relay.url)
    expect(await send(urgent)).toMatchObject({
      result: 'retry',
      pace: 'slow',
      status: 554,
      reason: 'the mail server refused the mail: 554; it is tried again, since its level is 4',
    })
    expect(await send(urgent)).toMatchObject({ result: 'refused', badAddress: true })
  })

  test('is slow, but in time', async () => {
    const relay = await server()
    relay.script({ at: 'data', delayMs: 300 })
    expect(await mailer(relay.url).send(mail)).toMatchObject({ result: 'delivered' })
  })

  test('is not there', async () => {
    const relay = await startMailServer()
    await relay.close()
    const { send, faults } = mailer(relay.url)
    expect(await send(mail)).toMatchObject({ result: 'retry', status: null, ours: true })
    expect(faults).toHaveLength(1)
  })

  test.each([
    ['says nothing at all', () => undefined],
    [
      'speaks something else',
      (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ],
  ] as const)('%s', async (_, answer) => {
    const other = createServer(answer)
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()))
    closers.push(async () => other.close())
    const { port } = other.address() as { port: number }
    const { send } = mailer(`smtp://127.0.0.1:${port}`, { deadlineMs: 300 })
    expect(await send(mail)).toMatchObject({ result: 'retry', ours: true })
  })

  test('holds up only so many: those beyond hear at once that there is no room', async () => {
    const relay = await server()
    relay.script({ at: 'rcpt', hang: true }, { at: 'rcpt', hang: true })
    const { send } = mailer(relay.url, { deadlineMs: 2000 })
    const ended: MailOutcome[] = []
    const all = Array.from({ length: 33 }, async () => void ended.push(await send(urgent)))
    await waitFor(() => ended.length === 1)
    const reason = 'too many mails wait for the mail server'
    expect(ended).toMatchObject([{ reason, ours: true, untried: true, retryAfterMs: null }])
    await Promise.all(all)
  })

  test('hangs for mails of low levels: an urgent one has a connection and a place that they cannot take', async () => {
    const relay = await server()
    relay.script(...Array.from({ length: 3 }, () => ({ at: 'rcpt', hang: true }) as const))
    const { send } = mailer(relay.url, { connectionsMax: 4, deadlineMs: 5000 })
    const low = Array.from({ length: 64 }, () => send(mail))
    expect(await send(urgent)).toMatchObject({ result: 'delivered' })
    // The three that hang were still under way.
    expect(relay.mails).toHaveLength(1)
    await Promise.all(low)
  })
})
