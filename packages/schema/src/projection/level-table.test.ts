// The level table in print: who sees what is labelled how, at which peak level, when nothing is
// agreed. A change of the rule is a change of this page.

import { expect, test } from 'vitest'
import { audiences } from './audience.ts'
import { levelTableNames } from './level-table.ts'
import { isWithin, sightAs } from './sight.ts'

const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

function row(audience: (typeof audiences)[number], kind: string): string {
  const cells = [0, 1, 2, 3, 4].map((peakLevel) => {
    const sight = sightAs(audience, {
      organisationId: 'example-mobile',
      kinds: [kind],
      messageStatus: 'actual',
      peakLevel,
      services: [],
      prefectures: [],
      owners: [],
    })
    const seen = labels.filter((label) => sight && isWithin(sight, label))
    // What is seen is always all up to a label.
    expect(seen).toEqual(labels.slice(0, seen.length))
    return (seen.at(-1) ?? '-').replace('TLP:', '').padEnd(6)
  })
  return `${audience.padEnd(10)}${cells.join('')}`.trimEnd()
}

test.each([
  [
    'fault',
    `
owner     RED   RED   RED   RED   RED
peer      GREEN GREEN GREEN GREEN GREEN
mvno      CLEAR GREEN GREEN GREEN GREEN
vendor    CLEAR CLEAR CLEAR GREEN GREEN
ceptoar   CLEAR CLEAR GREEN GREEN GREEN
regulator CLEAR CLEAR GREEN GREEN GREEN
public    CLEAR CLEAR CLEAR CLEAR CLEAR
`,
  ],
  [
    'cyber',
    `
owner     RED   RED   RED   RED   RED
peer      GREEN GREEN GREEN GREEN GREEN
mvno      CLEAR GREEN GREEN GREEN GREEN
vendor    CLEAR CLEAR CLEAR GREEN GREEN
ceptoar   GREEN GREEN GREEN GREEN GREEN
regulator CLEAR CLEAR GREEN GREEN GREEN
public    CLEAR CLEAR CLEAR CLEAR CLEAR
`,
  ],
])('the narrowest label of a %s that each audience sees at level 0 to 4', (kind, table) => {
  const printed = audiences.map((audience) => row(audience, kind).replace(/ {2,}(?=\S)/g, ' '))
  const expected = table.trim().split('\n')
  expect(printed).toEqual(expected.map((line) => line.replace(/ {2,}(?=\S)/g, ' ')))
})

test('the level table never names the public, and the owner always', () => {
  for (const peakLevel of [0, 1, 2, 3, 4]) {
    expect(levelTableNames('public', { peakLevel, kinds: ['cyber'] })).toBe(false)
    expect(levelTableNames('owner', { peakLevel, kinds: ['fault'] })).toBe(true)
  }
})

test('T-CEPTOAR is named for what was ever an attack, and nobody else for that', () => {
  for (const peakLevel of [0, 1, 2, 3, 4]) {
    const attack = { peakLevel, kinds: ['fault', 'cyber'] }
    expect(levelTableNames('ceptoar', attack)).toBe(true)
    expect(levelTableNames('regulator', attack)).toBe(peakLevel >= 2)
  }
})
