import { createSecretKey, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeMemoryStore } from '../test/memory-store.ts'
import { openRevision, openRevisions, writeSealed } from './report-parts.ts'
import { openSecret, sealSecret } from './subscription-secret.ts'
import { openVault } from './vault.ts'

const store = makeMemoryStore()
const faults: unknown[] = []
const vault = await openVault({
  key: createSecretKey(randomBytes(32)),
  store,
  onFault: (error) => faults.push(error),
})

const place = { organisationId: 'example-mobile', reportId: 'r-1', revision: 2 }
const report = {
  kind: 'fault',
  window: { start: 'a', siteContact: { name: 'みどり', phone: '+81-3-0000-0001' }, end: 'b' },
  contacts: [{ role: 'incident', phone: '+81-3-0000-0002' }],
  tlp: 'TLP:AMBER',
  sensitive: { diagnostics: 'くれない', sites: ['site-1'] },
}

function write(what: object, where = place): string {
  return writeSealed(vault, where, { report: what, content: JSON.stringify(what) })
}

function stored(where = place, what: object = report) {
  return { ...where, content: JSON.parse(write(what, where)) as object }
}

test('the sealed parts of a report cannot be read where it is stored, and the rest can', () => {
  const content = write(report)
  for (const word of ['みどり', '0000-000', 'くれない', 'site-1', 'incident']) {
    expect(content).not.toContain(word)
  }
  expect(JSON.parse(content)).toMatchObject({
    kind: 'fault',
    tlp: 'TLP:AMBER',
    window: { start: 'a', end: 'b' },
  })
})

test('a report is the same to the byte after it was stored, with any of the parts', async () => {
  const parts = fc.record(
    {
      kind: fc.constant('fault'),
      contacts: fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      window: fc.record(
        { siteContact: fc.dictionary(fc.string(), fc.string()) },
        { requiredKeys: [] },
      ),
      sensitive: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const text = JSON.stringify(given)
      const content = write(JSON.parse(text) as object)
      const opened = await openRevision(vault, {
        ...place,
        content: JSON.parse(content) as unknown,
      })
      expect(JSON.stringify(opened.content)).toBe(text)
    }),
  )
})

test('the report that is given stays as it was', () => {
  const before = JSON.stringify(report)
  write(report)
  expect(JSON.stringify(report)).toBe(before)
})

test('a revision without sealed parts is handed on as it is, at no cost', async () => {
  const before = store.reads
  const row = { ...place, content: { kind: 'fault' } }
  expect(await openRevision(vault, row)).toBe(row)
  expect(write(row.content)).toBe('{"kind":"fault"}')
  const notice = { ...place, reportId: null, revision: null, content: { contacts: 'people' } }
  expect(await openRevisions(vault, [notice])).toEqual([notice])
  // As stored before there was a vault.
  const plain = { ...place, content: report }
  expect(await openRevision(vault, plain)).toBe(plain)
  expect(store.reads).toBe(before)
})

test.each([
  ['organisation', { ...place, organisationId: 'example-fixed' }],
  ['report', { ...place, reportId: 'r-2' }],
  ['revision', { ...place, revision: 3 }],
])('a sealed part stays closed in another %s, and that is told', async (_, elsewhere) => {
  faults.length = 0
  const { content } = stored()
  const opened = await openRevision(vault, { ...elsewhere, content })
  expect(opened.content).toEqual(content)
  expect(faults).toHaveLength(3)
})

test('a sealed part stays closed in the place of another part; the others open', async () => {
  const { content } = stored()
  const { sensitive } = content as { sensitive: string }
  const opened = await openRevision(vault, {
    ...place,
    content: { ...content, contacts: sensitive },
  })
  expect(opened.content).toEqual({ ...report, contacts: sensitive })
})

test('the secret of a subscription opens for its own row only; an old plain one is taken as it is', async () => {
  const row = { organisationId: 'example-mobile', subscriptionId: 's-1' }
  const secret = sealSecret(vault, row, 'whsec_abc')
  expect(secret).not.toContain('abc')
  expect(await openSecret(vault, { ...row, secret })).toBe('whsec_abc')
  const elsewhere = [
    { ...row, subscriptionId: 's-2' },
    { ...row, organisationId: 'example-fixed' },
  ]
  for (const other of elsewhere) {
    await expect(openSecret(vault, { ...other, secret })).rejects.toThrow('another place')
  }
  await expect(openSecret(vault, { ...row, secret: `${secret}A` })).rejects.toThrow()
  expect(await openSecret(vault, { ...row, secret: 'whsec_old' })).toBe('whsec_old')
})
