import { describe, expect, test } from 'vitest'
import type { Report, Tlp } from '../generated/report.gen.ts'
import { labelAt } from './labels.ts'

function label(pointer: string, markings: Record<string, Tlp>, tlp: Tlp = 'TLP:GREEN') {
  const report: Pick<Report, 'markings' | 'tlp'> = {
    tlp,
    markings: Object.entries(markings).map(([at, mark]) => ({ pointer: at, tlp: mark })),
  }
  return labelAt(report, pointer)
}

describe('the label of a part', () => {
  test.each<[string, string, Record<string, Tlp>, Tlp]>([
    ['its own marking', '/texts/0', { '/texts/0': 'TLP:AMBER' }, 'TLP:AMBER'],
    ['its own, wider than the report', '/texts/0', { '/texts/0': 'TLP:CLEAR' }, 'TLP:CLEAR'],
    ['that of the part above', '/texts/0/headline', { '/texts': 'TLP:RED' }, 'TLP:RED'],
    [
      'that of the nearest part above, even a wider one',
      '/texts/0/headline',
      { '/texts': 'TLP:RED', '/texts/0': 'TLP:CLEAR' },
      'TLP:CLEAR',
    ],
    ['that of the report', '/texts/1', { '/texts/0': 'TLP:RED' }, 'TLP:GREEN'],
    ['none of a part that begins alike', '/texts/10', { '/texts/1': 'TLP:RED' }, 'TLP:GREEN'],
    ['none of a part below', '/texts', { '/texts/0': 'TLP:RED' }, 'TLP:GREEN'],
    ['under an escaped name', '/extensions/a~1b/c', { '/extensions/a~1b': 'TLP:RED' }, 'TLP:RED'],
  ])('is %s', (_, pointer, markings, expected) => {
    expect(label(pointer, markings)).toBe(expected)
  })

  test.each<[string, Tlp]>([
    ['/contacts', 'TLP:AMBER+STRICT'],
    ['/contacts/0/phone', 'TLP:AMBER+STRICT'],
    ['/window/siteContact/name', 'TLP:AMBER+STRICT'],
    ['/demand/calledNumber', 'TLP:AMBER'],
    ['/sensitive/sites/0', 'TLP:RED'],
  ])('%s is narrower by itself', (pointer, expected) => {
    expect(label(pointer, {})).toBe(expected)
    expect(label(pointer, {}, 'TLP:CLEAR')).toBe(expected)
    expect(label(pointer, {}, 'TLP:RED')).toBe('TLP:RED')
  })

  test('narrows by itself below a wider marking, and is widened by its own only', () => {
    expect(label('/window/siteContact', { '/window': 'TLP:CLEAR' })).toBe('TLP:AMBER+STRICT')
    expect(label('/demand/calledNumber', { '/demand': 'TLP:RED' })).toBe('TLP:RED')
    expect(label('/demand/calledNumber', { '/demand/calledNumber': 'TLP:CLEAR' })).toBe('TLP:CLEAR')
    expect(label('/contacts/0', { '/contacts': 'TLP:GREEN' })).toBe('TLP:GREEN')
  })

  test('is that of the report where nothing is marked', () => {
    expect(labelAt({ tlp: 'TLP:AMBER' }, '/texts')).toBe('TLP:AMBER')
    expect(labelAt({ tlp: 'TLP:AMBER' }, '')).toBe('TLP:AMBER')
  })
})
