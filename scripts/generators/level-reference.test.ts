// The committed reference of the levels follows from the rule sets and leaves no rule out.

import { readFile } from 'node:fs/promises'
import { ruleSets } from '@renkei/schema'
import { expect, test } from 'vitest'
import { generateLevelReference } from './level-reference.ts'

test('the committed level reference follows from the rule sets', async () => {
  for (const [path, text] of await generateLevelReference()) {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'), path).toBe(text)
  }
})

test('the level reference has every rule, criterion and deadline of every rule set', async () => {
  const [reference = ''] = (await generateLevelReference()).values()
  for (const set of ruleSets) {
    for (const rule of [...set.thresholds, ...set.levelRules])
      expect(reference).toContain(`| \`${rule.id}\` |`)
    for (const rule of set.deadlineRules) expect(reference).toContain(`| \`${rule.kind}\` |`)
    expect(reference).toContain(set.note.en)
  }
  expect(reference).not.toMatch(/undefined|NaN|\[object/)
})
