// Keys that work with one client certificate only: with TLS of our own, and behind a proxy that
// hands the certificate on.

import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKey } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Certificate, makeCertificate } from '../../../packages/webhook/test/certificate.ts'
import { readTls } from '../src/read-tls.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'

const server = makeCertificate({ names: ['localhost'], addresses: ['127.0.0.1'] })
const own = makeCertificate({ names: ['noc.example-mobile.test'] })
const other = makeCertificate({ names: ['noc.example-fixed.test'] })
const stranger = makeCertificate({ names: ['stranger.test'] })

let folder: string
let api: TestApi
let mobile: Party
let bound: { keyId: string; apiKey: string }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'renkei-tls-'))
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  api = await startTestApi({
    env: {
      RENKEI_TLS_CERT_FILE: await file('server.pem', server.cert),
      RENKEI_TLS_KEY_FILE: await file('server.key', server.key),
      RENKEI_TLS_CLIENT_CA_FILE: await file('clients.pem', `${own.cert}${other.cert}`),
    },
  })
  mobile = await api.addParty('example-mobile', 'carrier')
  bound = await createKey(api.db, {
    organisationId: 'example-mobile',
    label: 'bound',
    scopes: ['reports:read', 'feed:read'],
    expiresAt: null,
    certificateSha256: sha256Of(own),
  })
})
afterAll(async () => {
  await api.stop()
  await rm(folder, { recursive: true })
})

function sha256Of({ cert }: Certificate): string {
  return createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url')
}

const clientCert = ({ cert }: Certificate) =>
  `:${new X509Certificate(cert).raw.toString('base64')}:`

interface Answer {
  readonly status: number | undefined
  readonly body: { readonly code?: string; readonly detail?: string }
}

function overTls(
  apiKey: string,
  certificate?: Certificate,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const tls = { ca: server.cert, ...(certificate && { ...certificate }) }
  const all = { authorization: `Bearer ${apiKey}`, ...headers }
  return new Promise((resolve, reject) => {
    const url = new URL('/v1/reports?limit=1', api.url)
    const sent = httpsRequest(url, { ...tls, headers: all, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer['body']
        resolve({ status: response.statusCode, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('over TLS, a key that is bound to a certificate', () => {
  test('works with it', async () => {
    expect(api.url).toMatch(/^https:/)
    expect(await overTls(bound.apiKey, own)).toMatchObject({ status: 200 })
  })

  const without: readonly [string, Certificate | undefined][] = [
    ['without one', undefined],
    ['with one of another organisation', other],
    ['with one that nobody we trust has issued', stranger],
  ]
  test.each(without)(
    'does not work %s, and says no more than for a wrong key',
    async (_, given) => {
      const answer = await overTls(bound.apiKey, given)
      const unknown = await overTls('rk_1', given)
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
      expect(answer.body.detail).toBe(unknown.body.detail)
    },
  )

  test('does not work with a Client-Cert that the caller writes itself', async () => {
    const headers = { 'client-cert': clientCert(own) }
    expect(await overTls(bound.apiKey, undefined, headers)).toMatchObject({ status: 401 })
  })

  test('opens the feed with it, and not without', async () => {
    const open = (certificate?: Certificate) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${api.url.replace('https', 'wss')}/v1/feed`, {
          ca: server.cert,
          ...certificate,
          headers: { authorization: `Bearer ${bound.apiKey}` },
        })
        socket.on('open', () => {
          socket.terminate()
          resolve('open')
        })
        socket.on('error', (error) => resolve(error.message))
      })
    expect(await open(own)).toBe('open')
    expect(await open()).toContain('401')
  })
})

test('over TLS, a key that is not bound works with any certificate and with none', async () => {
  for (const certificate of [undefined, own, stranger]) {
    expect(await overTls(mobile.apiKey, certificate)).toMatchObject({ status: 200 })
  }
})

describe('behind a proxy', () => {
  let proxied: TestApi
  let open: TestApi

  beforeAll(async () => {
    proxied = await startTestApi({ beside: api, env: { RENKEI_TRUSTED_PROXIES: '127.0.0.0/8' } })
    open = await startTestApi({ beside: api })
  })
  afterAll(async () => {
    await proxied.stopServer()
    await open.stopServer()
  })

  const request = async (at: TestApi, certificate?: string) => {
    const headers = {
      authorization: `Bearer ${bound.apiKey}`,
      ...(certificate !== undefined && { 'client-cert': certificate }),
    }
    return (await at.request('/v1/reports?limit=1', { headers })).status
  }

  test('that is trusted, the certificate that it hands on counts', async () => {
    expect(await request(proxied, clientCert(own))).toBe(200)
    expect(await request(proxied, clientCert(other))).toBe(401)
    expect(await request(proxied)).toBe(401)
  })

  test('that is not trusted, it does not', async () => {
    expect(await request(open, clientCert(own))).toBe(401)
  })

  test.each([
    ['empty', ''],
    ['no bytes', '::'],
    ['rubbish', ':AAAA:'],
    ['without colons', clientCert(own).slice(1, -1)],
    ['two of them', `${clientCert(own)}, ${clientCert(own)}`],
    ['PEM', encodeURIComponent(own.cert)],
  ])('a Client-Cert that is %s is no certificate', async (_, value) => {
    expect(await request(proxied, value)).toBe(401)
  })

  test('a Client-Cert on two lines is no certificate', async () => {
    const head = [
      'GET /v1/reports?limit=1 HTTP/1.1',
      'host: x',
      'connection: close',
      `authorization: Bearer ${bound.apiKey}`,
      `client-cert: ${clientCert(own)}`,
      `client-cert: ${clientCert(other)}`,
    ]
    expect(await sendRaw(proxied.url, `${head.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 401 /)
  })
})

describe('the TLS settings', () => {
  const none = { certFile: undefined, keyFile: undefined, clientCaFile: undefined }

  test('are off when no file is named', () => {
    expect(readTls(none)).toBeUndefined()
  })

  test.each([
    [{ ...none, certFile: import.meta.filename }, /set together/],
    [{ ...none, clientCaFile: import.meta.filename }, /needs RENKEI_TLS_CERT_FILE/],
    [{ ...none, certFile: '/nowhere', keyFile: '/nowhere' }, /cannot be read \(ENOENT\)/],
  ])('%j are refused with the reason', (files, reason) => {
    expect(() => readTls(files)).toThrow(reason)
  })
})
