// The pages behind the `type` of every problem: what it means and what to do, in both languages.

import { STATUS_CODES } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { DomainError } from '../problem/domain-error.ts'
import { type ProblemSlug, problemTypes } from '../problem/problem-types.ts'
import { type Html, markup, proseHtml } from './markup.ts'
import { sendPage } from './page.ts'
import { problemExample } from './problem-response.ts'
import { remediesJa } from './problem-words-ja.ts'

const slugs = Object.keys(problemTypes) as ProblemSlug[]

/** Registers /problems and a page for each kind. */
export function problemPages(
  app: FastifyInstance,
  { publicUrl }: { readonly publicUrl: string },
  done: () => void,
): void {
  const hidden = { schema: { hide: true } }
  app.get('/problems', hidden, (_, reply) =>
    sendPage(reply, { title: 'エラー一覧 Problems', body: listBody() }),
  )
  app.get<{ Params: { slug: string } }>('/problems/:slug', hidden, (request, reply) => {
    const slug = slugs.find((known) => known === request.params.slug)
    if (!slug) throw new DomainError('not-found', 'There is no kind of problem with this name.')
    const title = `${problemTypes[slug].titleJa} ${problemTypes[slug].title}`
    return sendPage(reply, { title, body: problemBody(slug, publicUrl) })
  })
  done()
}

const aboutJa =
  '要求が受理されないとき、応答はRFC 9457の問題詳細です。`type` は下のページの一つを指し、`code` はその末尾と同じです。'
const about =
  'A refused request is answered with problem details (RFC 9457): `type` leads to one of these pages, and `code` is the end of it.'

function listBody(): Html {
  const rows = slugs.map((slug) => {
    const { status, title, titleJa } = problemTypes[slug]
    return markup`<tr>
      <td class="status">${status}</td>
      <td>
        <a href="/problems/${slug}">${titleJa}</a><br />
        <span class="quiet" lang="en">${title}</span>
      </td>
      <td><code>${slug}</code></td>
    </tr>`
  })
  return markup`<h1>エラー一覧</h1>
    <p>${proseHtml(aboutJa)}</p>
    <p lang="en">${proseHtml(about)}</p>
    <table>
      <thead>
        <tr>
          <th>HTTP</th>
          <th>意味 <span lang="en">Meaning</span></th>
          <th>code</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`
}

function problemBody(slug: ProblemSlug, publicUrl: string): Html {
  const { status, title, titleJa, remedy } = problemTypes[slug]
  const example = JSON.stringify(problemExample(slug, publicUrl), null, 2)
  const again = isWorthRepeating(status) ? laterWorks : changeNeeded
  return markup`<h1>${titleJa}</h1>
    <p class="quiet"><span lang="en">${title}</span></p>
    <table>
      <tbody>
        <tr>
          <th>code</th>
          <td><code>${slug}</code></td>
        </tr>
        <tr>
          <th>HTTP</th>
          <td class="status">${status} <span lang="en">${STATUS_CODES[status] ?? ''}</span></td>
        </tr>
        <tr>
          <th>同じ要求の再送<br /><span class="quiet" lang="en">The same request again</span></th>
          <td>
            ${again.ja}<br />
            <span class="quiet" lang="en">${again.en}</span>
          </td>
        </tr>
      </tbody>
    </table>
    <h2>対処</h2>
    <p>${proseHtml(remediesJa[slug])}</p>
    <h2 lang="en">What to do</h2>
    <p lang="en">${proseHtml(remedy)}</p>
    <h2>応答の例 <span lang="en">An answer</span></h2>
    <pre><code>${example}</code></pre>
    <p>
      <a href="/problems">エラー一覧 <span lang="en">All problems</span></a>
    </p>`
}

const laterWorks = { ja: '待ってから送り直せます', en: 'may succeed after a while' }
const changeNeeded = {
  ja: '直さない限り、結果は同じです',
  en: 'gives the same answer until something is changed',
}

function isWorthRepeating(status: number): boolean {
  return status === 429 || status >= 500
}
