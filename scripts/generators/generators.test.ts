// What the generators make is what is committed, and it covers the whole contract.

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generateFieldReference } from './field-reference.ts'
import { generateReportTypes } from './report-types.ts'

const root = new URL('../../', import.meta.url)

test('the committed types, view schema and field reference follow from the schemas', async () => {
  for (const [path, text] of [
    ...(await generateReportTypes()),
    ...(await generateFieldReference()),
  ]) {
    expect(await readFile(new URL(path, root), 'utf8'), path).toBe(text)
  }
})

test('the field reference has a row for every field of every object, and for every other type', async () => {
  const [reference = ''] = (await generateFieldReference()).values()
  const report = JSON.parse(
    await readFile(new URL('packages/schema/schemas/report.schema.json', root), 'utf8'),
  )
  for (const field of Object.keys(report.properties))
    expect(reference).toContain(`| \`/${field}\` |`)
  for (const [name, definition] of Object.entries<Record<string, object>>(report.$defs)) {
    const fields = Object.keys(definition['properties'] ?? {})
    for (const field of fields) expect(reference).toContain(`| \`/${field}\` |`)
    if (fields.length === 0) expect(reference).toContain(`| \`${name}\` |`)
  }
})
