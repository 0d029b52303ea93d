// The page behind a link in a mail: a few words in both languages and buttons. It shows nothing of a
// report, loads nothing, runs nothing, and is not to be found by anybody who has not got the link.

import { createHash } from 'node:crypto'
import type { StoredLink } from '@renkei/db'
import type { FastifyReply } from 'fastify'
import { Html, markup } from '../docs/markup.ts'

/** What a link is found to be. */
export type LinkState =
  | { readonly kind: 'open'; readonly link: StoredLink }
  | { readonly kind: 'done'; readonly link: StoredLink }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
  /** What the link was for is not there any more. */
  | { readonly kind: 'gone' }
  /** The organisation has answered as often as it may. */
  | { readonly kind: 'tooMuchSaid' }
  | { readonly kind: 'busy' }

const statuses: Record<LinkState['kind'], number> = {
  open: 200,
  done: 200,
  expired: 410,
  unknown: 404,
  gone: 410,
  tooMuchSaid: 409,
  busy: 429,
}

const style =
  'body{margin:0;font:16px/1.6 sans-serif;color:#111;background:#fff}main{max-width:32rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}button{display:block;width:100%;margin:.5rem 0;padding:.9rem;font:inherit;font-weight:bold;border:2px solid #0b3d91;border-radius:.4rem;background:#fff;color:#0b3d91;cursor:pointer}'
const styleHash = createHash('sha256').update(style).digest('base64')
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

/** Sends the page of a link. */
export function sendLinkPage(reply: FastifyReply, state: LinkState) {
  return reply
    .code(statuses[state.kind])
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('x-robots-tag', 'noindex, nofollow, noarchive')
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(page(bodyOf(state)).text)
}

function page(body: Html): Html {
  // The hash of the policy is of exactly this style.
  return markup`<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Renkei 連携</title><style>${new Html(style)}</style></head><body><main>${body}</main></body></html>`
}

function bodyOf(state: LinkState): Html {
  if (state.kind === 'open') return forms[state.link.purpose](state.link)
  if (state.kind === 'done') return said(doneWords[state.link.usedAs ?? 'seen'])
  return said(words[state.kind])
}

type Words = readonly [ja: string, en: string]

function said([ja, en]: Words): Html {
  return markup`<p>${ja}</p><p lang="en">${en}</p>`
}

const words: Record<'expired' | 'unknown' | 'gone' | 'tooMuchSaid' | 'busy', Words> = {
  expired: [
    'このリンクの期限が切れました。新しいメールをお待ちいただくか、貴組織の担当者に連絡してください。',
    'This link has expired. Wait for the next mail, or ask the people of your organisation who use Renkei.',
  ],
  unknown: [
    'このリンクは使えません。メールのリンク全体が開かれているか確かめてください。',
    'This link does not work. Please check that all of it was opened.',
  ],
  gone: [
    'このリンクの対象は変更されたか、終了しています。何もする必要はありません。',
    'What this link was for has changed or ended. There is nothing to do.',
  ],
  tooMuchSaid: [
    'この報告への回答の回数が上限に達しました。次の報告をお待ちください。',
    'Your organisation has answered this report as often as it can. Wait for the next one.',
  ],
  busy: [
    'アクセスが集中しています。1分後にもう一度お試しください。',
    'Too many requests. Please try again in a minute.',
  ],
}

const doneWords: Record<'verified' | 'seen' | 'assessed' | 'unsubscribed', Words> = {
  verified: [
    'この宛先は確認済みです。お知らせが届きます。',
    'This address is confirmed. Notices will be sent to it.',
  ],
  seen: ['受領を記録しました。', 'It is on record that you have seen it.'],
  assessed: ['回答を記録しました。ありがとうございます。', 'Your answer is on record. Thank you.'],
  unsubscribed: [
    '配信を停止しました。このメールはもう届きません。',
    'The subscription has ended. No more of these mails will come.',
  ],
}

type Button = readonly [answer: string, ja: string, en: string]

function form(question: Words, buttons: readonly Button[]): Html {
  const shown = buttons.map(
    ([answer, ja, en]) =>
      markup`<button name="answer" value="${answer}">${ja}<br><span lang="en">${en}</span></button>`,
  )
  return markup`${said(question)}<form method="post">${shown}</form>`
}

const seen: Button = ['seen', '受領した(見た)', 'I have seen it']
const assessments: readonly Button[] = [
  ['impacted', '自網に影響がある', 'We are impacted'],
  ['notImpacted', '自網に影響はない', 'We are not impacted'],
  ['unknown', '影響は調査中', 'We do not know yet'],
]

const forms: Record<StoredLink['purpose'], (link: StoredLink) => Html> = {
  verifyAddress: () =>
    form(
      [
        'この宛先で通信障害のお知らせを受け取りますか。',
        'Do you want notices of telecom faults at this address?',
      ],
      [['yes', '受け取る', 'Yes, send them']],
    ),
  acknowledge: ({ usedAs }) =>
    form(
      ['報告への回答を選んでください。', 'Please choose your answer to the report.'],
      usedAs === 'seen' ? assessments : [seen, ...assessments],
    ),
  unsubscribe: () =>
    form(
      ['この購読の配信を停止しますか。', 'Do you want to end this subscription?'],
      [['yes', '停止する', 'Yes, unsubscribe']],
    ),
}
