// The frame of the explanatory pages. They hold no script, take their style from one file of ours,
// and their policy allows nothing else.

import type { FastifyReply } from 'fastify'
import { type Html, markup } from './markup.ts'

export const stylePath = '/docs/page.css'

const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

interface Page {
  readonly title: string
  readonly body: Html
}

/** Sends a page. */
export function sendPage(reply: FastifyReply, page: Page) {
  return reply
    .header('content-security-policy', policy)
    .header('cache-control', 'public, max-age=300')
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(pageHtml(page).text)
}

function pageHtml({ title, body }: Page): Html {
  return markup`<!doctype html>
    <html lang="ja">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} | Renkei 連携</title>
        <link rel="stylesheet" href="${stylePath}" />
      </head>
      <body>
        <header><a href="/">Renkei 連携</a></header>
        <main>${body}</main>
      </body>
    </html> `
}
