// The links in mails: GET shows a page and does nothing, since mail gateways open every link; POST is
// a person, or the mail program of one (RFC 8058). No key and no cookie: the token is all there is, and
// it stands in no log.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { makeBoundedLimiter } from '../auth/bounded-limiter.ts'
import { addressOf, sourceOf } from '../auth/source-address.ts'
import { neverCached } from '../limits/answer-headers.ts'
import { actOnLink, type LinkDeps, lookAtLink } from './act-on-link.ts'
import { sendLinkPage } from './link-page.ts'

const perMinuteMax = 60
const sourcesMax = 10_000
const bodyBytesMax = 2048
const form = /^[\w-]{32}$/

type WithToken = { Params: { token: string } }

/** Registers the routes. */
export async function linkRoutes(app: FastifyInstance, deps: LinkDeps): Promise<void> {
  const limiter = makeBoundedLimiter(60, sourcesMax)
  const isTooMuch = async (request: FastifyRequest) =>
    (await limiter.count(sourceOf(addressOf(request)))) > perMinuteMax
  await app.register(neverCached)
  takeForms(app)

  const options = { schema: { hide: true } as object, bodyLimit: bodyBytesMax }
  app.get<WithToken>('/m/:token', options, async (request, reply) => {
    if (await isTooMuch(request)) return sendLinkPage(reply, { kind: 'busy' })
    const { token } = request.params
    if (!form.test(token)) return sendLinkPage(reply, { kind: 'unknown' })
    return sendLinkPage(reply, await lookAtLink(token, deps))
  })
  const press = async (request: FastifyRequest<WithToken>, reply: FastifyReply, answer: string) => {
    if (await isTooMuch(request)) return sendLinkPage(reply, { kind: 'busy' })
    const { token } = request.params
    if (!form.test(token)) return sendLinkPage(reply, { kind: 'unknown' })
    const pressed = { token, answer, requestId: request.id, address: addressOf(request) }
    return sendLinkPage(reply, await actOnLink(pressed, deps))
  }
  app.post<WithToken>('/m/:token', options, (request, reply) =>
    press(request, reply, answerOf(request.body)),
  )
  // Only for links of this purpose: on the page of another, "yes" is no answer or not its own.
  app.post<WithToken>('/m/:token/unsubscribe', options, async (request, reply) => {
    const found = form.test(request.params.token)
      ? await lookAtLink(request.params.token, deps)
      : ({ kind: 'unknown' } as const)
    const isOther = found.kind === 'open' && found.link.purpose !== 'unsubscribe'
    if (isOther) return sendLinkPage(reply, { kind: 'unknown' })
    return press(request, reply, 'yes')
  })
}

// What mail programs and browsers send. Only of a form of one field anything is read.
function takeForms(app: FastifyInstance): void {
  const bytes = { parseAs: 'buffer', bodyLimit: bodyBytesMax } as const
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    bytes,
    (_: FastifyRequest, body: Buffer, done) => {
      done(null, new URLSearchParams(body.toString('utf8')))
    },
  )
  app.addContentTypeParser('multipart/form-data', bytes, (_, _body, done) => done(null, undefined))
}

function answerOf(body: unknown): string {
  return body instanceof URLSearchParams ? (body.get('answer') ?? '') : ''
}
