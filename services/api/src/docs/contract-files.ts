// The files of the contract as others may fetch them: schemas, code lists and rule sets, byte for
// byte as they lie in packages/schema.

import { readdir, readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { DomainError } from '../problem/domain-error.ts'
import { answer } from './parts.ts'
import {
  publishedJson,
  type PublishedFile,
  publishedText,
  sendPublished,
} from './published-file.ts'

interface Collection {
  readonly path: string
  readonly folder: URL
  readonly mediaType: string
  readonly noun: string
  readonly one: string
  readonly all: string
}

const schemaFolder = new URL('.', import.meta.resolve('@renkei/schema/schemas/report.schema.json'))

export const collections: readonly Collection[] = [
  {
    path: '/schemas/',
    folder: schemaFolder,
    mediaType: 'application/schema+json',
    noun: 'Schema',
    one: 'a JSON Schema of the contract',
    all: 'the JSON Schemas of the contract (2020-12)',
  },
  {
    path: '/codes/',
    folder: new URL('../codes/', schemaFolder),
    mediaType: 'application/json; charset=utf-8',
    noun: 'CodeList',
    one: 'a code list',
    all: 'the code lists, with names in Japanese and English',
  },
  {
    path: '/rule-sets/',
    folder: new URL('../rules/', schemaFolder),
    mediaType: 'application/json; charset=utf-8',
    noun: 'RuleSet',
    one: 'a rule set',
    all: 'the rule sets by which levels are computed',
  },
]

/** Registers a list and the files of every collection; rejects when a folder cannot be read. */
export async function contractFiles(app: FastifyInstance): Promise<void> {
  for (const collection of collections) {
    const { path } = collection
    const files = await readCollection(collection)
    const items = [...files].map(([file, { content }]) => ({
      file,
      path: `${path}${file}`,
      ...titleOf(content),
    }))
    const list = publishedJson({ items })
    app.get(path, { schema: listDocs(collection) }, (request, reply) =>
      sendPublished(request, reply, list),
    )
    app.get<{ Params: { file: string } }>(
      `${path}:file`,
      { schema: fileDocs(collection) },
      (request, reply) => {
        const file = files.get(request.params.file)
        if (!file) throw new DomainError('not-found', `${path} has no file with this name.`)
        return sendPublished(request, reply, file)
      },
    )
  }
}

/** The files of a collection by name, in the order of their names. */
export async function readCollection(collection: Collection): Promise<Map<string, PublishedFile>> {
  const names = (await readdir(collection.folder)).filter((name) => name.endsWith('.json'))
  const files = new Map<string, PublishedFile>()
  for (const name of names.sort()) {
    const text = await readFile(new URL(name, collection.folder), 'utf8')
    files.set(name, publishedText(text, collection.mediaType))
  }
  return files
}

/** The title that a file gives itself; a schema and a rule set have one, a code list has none. */
export function titleOf(content: string): { title?: { ja: string; en: string } } {
  const { title, 'x-title-ja': titleJa } = JSON.parse(content) as FileTitle
  if (title === undefined) return {}
  return { title: typeof title === 'string' ? { ja: titleJa ?? title, en: title } : title }
}

interface FileTitle {
  readonly title?: string | { readonly ja: string; readonly en: string }
  readonly 'x-title-ja'?: string
}

function listDocs({ noun, all }: Collection) {
  const item = {
    type: 'object',
    required: ['file', 'path'],
    properties: {
      file: { type: 'string' },
      path: { type: 'string' },
      title: { type: 'object', properties: { ja: { type: 'string' }, en: { type: 'string' } } },
    },
  }
  const list = {
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: item } },
  }
  return {
    operationId: `list${noun}s`,
    summary: `List ${all}`,
    tags: ['contract'],
    response: { 200: answer('The files.', list) },
  }
}

function fileDocs({ noun, one, mediaType }: Collection) {
  const [type = mediaType] = mediaType.split(';')
  return {
    operationId: `read${noun}`,
    summary: `Read ${one}`,
    tags: ['contract'],
    params: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', description: 'A name from the list.' } },
    },
    response: {
      200: {
        description: 'The file; its ETag changes when it does.',
        content: { [type]: { schema: { type: 'object' } } },
      },
      304: { description: 'Unchanged: `If-None-Match` names its ETag.' },
    },
  }
}
