// What explains the API to people and machines. Public: it holds no data and asks for no key.

import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { contractFiles } from './contract-files.ts'
import { indexBody } from './index-page.ts'
import { sendPage, stylePath } from './page.ts'
import { problemPages } from './problem-pages.ts'
import { publishedText, sendPublished } from './published-file.ts'
import { swaggerUiRoutes } from './swagger-ui.ts'

/** Registers the pages and files; needs `openApiPlugin` before it. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
  const hidden = { schema: { hide: true } }
  const body = await indexBody()
  app.get('/', hidden, (_, reply) => sendPage(reply, { title: 'API', body }))
  const css = await readFile(new URL('page.css', import.meta.url), 'utf8')
  const style = publishedText(css, 'text/css; charset=utf-8')
  app.get(stylePath, hidden, (request, reply) => sendPublished(request, reply, style))
  await app.register(problemPages, app.apiDocs)
  await app.register(contractFiles)
  await app.register(swaggerUiRoutes)
}
