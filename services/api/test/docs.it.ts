// What the API tells people and machines without a key: its routes are those of the document, and
// everything that its pages and lists point at is there.

import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApiWithoutResources } from '../../../scripts/generators/api-documents.ts'
import { problemTypes } from '../src/problem/problem-types.ts'
import { publicUrl, startTestApi, type TestApi } from './build-test-app.ts'
import { type Json, operationsOf, partAt } from './read-documents.ts'

let api: TestApi
let openApi: Json

beforeAll(async () => {
  api = await startTestApi()
  openApi = (await api.request('/openapi.json')).body
})
afterAll(() => api.stop())

describe('the routes', () => {
  // Probes of the operator, and pages for people.
  const undocumented = [
    'GET /',
    'GET /docs*',
    'GET /livez',
    'GET /m/{token}',
    'GET /metrics',
    'GET /problems',
    'GET /problems/{slug}',
    'GET /readyz',
    'POST /m/{token}',
    'POST /m/{token}/unsubscribe',
  ]

  test('every route is documented, except the probes and pages named here', async () => {
    const app = await buildApiWithoutResources()
    const registered = routesOf(app.printRoutes({ commonPrefix: false }))
    await app.close()
    const documented = operationsOf(openApi).map(({ name }) => name)
    const others = registered
      .filter((name) => !documented.includes(name))
      .map((name) => name.replace(/ \/docs.*/, ' /docs*'))
    expect([...new Set(others)].sort()).toEqual(undocumented)
    expect(documented.filter((name) => !registered.includes(name))).toEqual([])
  })

  test('a key is asked for exactly where the document says so', async () => {
    for (const { name, method, path, operation } of operationsOf(openApi)) {
      const url = path.replace('{file}', 'report.schema.json').replace(/\{\w+\}/g, 'none')
      const { status } = await api.request(url, { method })
      expect({ name, keyed: status === 401 }).toEqual({ name, keyed: 'security' in operation })
    }
  })

  test('the scope that the document names is the one that is needed', async () => {
    const readsFeed = await api.addParty('example-reader', 'carrier', ['feed:read'])
    const readsReports = await api.addParty('example-reader', 'carrier', ['reports:read'])
    for (const { name, method, path, operation } of operationsOf(openApi)) {
      const [scope] = (partAt(operation, '#/security/0/bearer') ?? []) as string[]
      if (scope === undefined) continue
      const party = scope === 'feed:read' ? readsReports : readsFeed
      const { status, body } = await party.request(path.replace(/\{\w+\}/g, 'none'), { method })
      expect({ name, status, detail: body.detail }).toEqual({
        name,
        status: 403,
        detail: expect.stringContaining(`the scope ${scope},`),
      })
    }
  })
})

describe('the pages', () => {
  test('every kind of problem has a page with its words in both languages', async () => {
    for (const [slug, { title, titleJa, status }] of Object.entries(problemTypes)) {
      const page = await api.request(`/problems/${slug}`)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      for (const words of [title, titleJa, String(status)]) expect(page.text).toContain(words)
    }
  })

  test('the type of a refusal is the address of its page', async () => {
    const refusal = await api.request('/v1/reports')
    const type = String(refusal.body.type)
    expect(type.startsWith(`${publicUrl}/`)).toBe(true)
    const page = await api.request(type.slice(publicUrl.length))
    expect(page.text).toContain(problemTypes.unauthenticated.titleJa)
  })

  test('an unknown kind of problem is a problem itself, and nothing of its name is echoed', async () => {
    for (const slug of ['none', '%3Cscript%3E', 'constructor', '__proto__']) {
      const answer = await api.request(`/problems/${slug}`)
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } })
      expect(answer.text).not.toContain('script>')
    }
  })

  test('a page needs no script, no style of its own and nothing from another host', async () => {
    for (const path of ['/', '/problems', '/problems/invalid-json']) {
      const { text, headers } = await api.request(path)
      expect(text).not.toMatch(/<script|style=|<style|\son\w+=|(?:src|href)="(?:https?:)?\/\//)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'self';/,
      )
    }
  })

  test('everything that the index links to is there', async () => {
    const links = await linksOf('/')
    expect(links).toEqual(expect.arrayContaining(['/docs', '/openapi.json', '/problems']))
    for (const link of links) {
      expect({ link, status: (await api.request(link)).status }).toEqual({ link, status: 200 })
    }
  })

  test('Swagger UI and all of its parts come from here, without inline script', async () => {
    const { text, headers } = await api.request('/docs')
    expect(headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(text).not.toMatch(/<script(?![^>]*src=)/)
    const parts = await linksOf('/docs')
    expect(parts.length).toBeGreaterThanOrEqual(5)
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\//)
      expect({ part, status: (await api.request(part)).status }).toEqual({ part, status: 200 })
    }
    const document = await api.request('/docs/json')
    expect(document.body.paths).toEqual(openApi['paths'])
    expect(document.body.servers).toEqual([{ url: '/' }])
  })
})

describe('the files of the contract', () => {
  const folders = {
    '/schemas/': '../../../packages/schema/schemas/',
    '/codes/': '../../../packages/schema/codes/',
    '/rule-sets/': '../../../packages/schema/rules/',
  }

  test.each(Object.entries(folders))(
    '%s lists and serves every file byte for byte',
    async (path, at) => {
      const folder = new URL(at, import.meta.url)
      const list = await api.request(path)
      const names = list.body.items.map(({ file }: { file: string }) => file)
      expect(names).toEqual(
        readdirSync(folder)
          .filter((name) => name.endsWith('.json'))
          .sort(),
      )
      for (const name of names) {
        const { text, status } = await api.request(`${path}${name}`)
        expect(status).toBe(200)
        expect(text).toBe(readFileSync(new URL(name, folder), 'utf8'))
      }
    },
  )

  test('a schema is found under its own identifier, with its media type', async () => {
    const { body } = await api.request('/schemas/')
    for (const { path } of body.items as { path: string }[]) {
      const schema = await api.request(path)
      expect(schema.body.$id).toBe(`https://renkei.example${path}`)
      expect(schema.headers.get('content-type')).toBe('application/schema+json')
    }
  })

  test('a file that the reader has is answered with 304 and no body', async () => {
    for (const path of ['/schemas/report.schema.json', '/openapi.json', '/asyncapi.json']) {
      const etag = (await api.request(path)).headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]{22}"$/)
      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await api.request(path, { headers: { 'if-none-match': tags } })
        expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' })
      }
      const other = await api.request(path, { headers: { 'if-none-match': '"other"' } })
      expect(other.status).toBe(200)
    }
  })

  test('a name that is not in the list is not found, wherever it points', async () => {
    for (const name of ['none.json', '..%2Fpackage.json', '%2e%2e%2fpackage.json', 'constructor']) {
      expect((await api.request(`/schemas/${name}`)).status).toBe(404)
    }
  })
})

async function linksOf(path: string): Promise<string[]> {
  const { text } = await api.request(path)
  return [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link)
}

// Fastify prints routes as a tree: one line a segment, its depth by its indentation.
function routesOf(tree: string): string[] {
  const path: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', segment = '', methods = ''] =
      /^([ │]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? []
    path.splice(indent.length / 4, Infinity, segment)
    const url = path.join('').replace(/:(\w+)/g, '{$1}')
    return methods
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${url}`)
  })
}
