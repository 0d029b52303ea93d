import { describe, expect, test } from 'vitest'
import { mayAudienceSee } from './audience.ts'

describe('what an audience may see at all', () => {
  test.each([
    ['owner', 5],
    ['peer', 4],
    ['regulator', 4],
    ['ceptoar', 3],
    ['mvno', 3],
    ['vendor', 2],
    ['public', 1],
  ] as const)('%s sees %i of the five labels', (audience, count) => {
    const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED']
    expect(labels.filter((label) => mayAudienceSee(audience, label))).toEqual(
      labels.slice(0, count),
    )
  })

  test('a label that nobody knows counts as the narrowest', () => {
    expect(mayAudienceSee('peer', 'TLP:ORANGE')).toBe(false)
    expect(mayAudienceSee('owner', 'TLP:ORANGE')).toBe(true)
  })
})
