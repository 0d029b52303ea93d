// The page at "/": where everything is.

import { collections, readCollection, titleOf } from './contract-files.ts'
import { type Html, markup } from './markup.ts'

interface Link {
  readonly path: string
  readonly ja: string
  readonly en: string
}

const documents: readonly Link[] = [
  { path: '/docs', ja: 'API仕様(Swagger UI)', en: 'The API, to read and try' },
  { path: '/openapi.json', ja: 'OpenAPI 3.1', en: 'Requests, answers and webhooks for machines' },
  { path: '/asyncapi.json', ja: 'AsyncAPI 3.0', en: 'The feed and the events for machines' },
  { path: '/problems', ja: 'エラー一覧', en: 'What each refusal means and what to do' },
]

const headings: Readonly<Record<string, { ja: string; en: string }>> = {
  '/schemas/': { ja: 'スキーマ', en: 'JSON Schemas' },
  '/codes/': { ja: 'コード表', en: 'Code lists' },
  '/rule-sets/': { ja: '規則集', en: 'Rule sets for levels' },
}

/** The body of the page, with every file of the contract. */
export async function indexBody(): Promise<Html> {
  const lists: Html[] = []
  for (const collection of collections) {
    const files = [...(await readCollection(collection))]
    const rows = files.map(([file, { content }]) => fileRow(`${collection.path}${file}`, content))
    const { ja = collection.path, en = '' } = headings[collection.path] ?? {}
    lists.push(
      markup`<h2>${ja} <span class="quiet" lang="en">${en}</span></h2>
        <ul>
          ${rows}
        </ul>`,
    )
  }
  return markup`<h1>Renkei 連携</h1>
    <p>${aboutJa}</p>
    <p lang="en">${about}</p>
    <table>
      <tbody>
        ${documents.map(documentRow)}
      </tbody>
    </table>
    ${lists}`
}

const aboutJa =
  '通信事業者が、障害とふくそうの報告を共通の様式で交換するためのインターフェースです。'
const about =
  'The interface between telecom carriers for the hours when something is broken or jammed.'

function documentRow({ path, ja, en }: Link): Html {
  return markup`<tr>
    <th><a href="${path}">${ja}</a></th>
    <td lang="en">${en}</td>
  </tr>`
}

function fileRow(path: string, content: string): Html {
  const { title } = titleOf(content)
  const file = markup`<a href="${path}">${path.split('/').at(-1) ?? path}</a>`
  if (!title) return markup`<li>${file}</li>`
  return markup`<li>${file} ${title.ja} <span class="quiet" lang="en">${title.en}</span></li>`
}
