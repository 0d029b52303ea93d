// The label that holds now: a revision is shown under the narrower of its own label and that of the
// current revision, so that what is narrowed is narrowed backwards, and what is widened is not.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { narrower, tlpRank } from '../projection/audience.ts'
import type { Sight } from '../projection/sight.ts'
import { fieldSets } from '../sharing/share.ts'
import { labels } from '../../test/planted-report.ts'
import { toRecordedReport, viewOf } from './event-writer.ts'

const url = new URL('../../vectors/valid/all-fields.json', import.meta.url)
const content = JSON.parse(readFileSync(url, 'utf8'))

/** A revision that was sent under one label while another one holds now. */
const revision = (sent: string, now: string) => ({
  reportId: '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f',
  revision: 1,
  recordedAt: new Date('2026-07-30T00:25:01.123Z'),
  tlp: narrower(sent, now),
  content: { ...content, tlp: sent },
  assessment: { level: { scheme: 's', version: '1', value: 2, ruleIds: ['x'] } },
})

const peer: Sight = { audience: 'peer', tlpMax: 'TLP:GREEN' }
const partner: Sight = {
  ...peer,
  share: { agreementId: 'a', tlpMax: 'TLP:AMBER', fieldSets },
}

const pairs = labels.flatMap((sent) => labels.map((now) => [sent, now] as const))

describe.each(pairs)('a revision that was sent as %s while %s holds', (sent, now) => {
  const holds = narrower(sent, now)

  test('is seen as far as the narrower of both', () => {
    const row = revision(sent, now)
    expect(viewOf(row, peer) !== undefined).toBe(tlpRank(holds) <= tlpRank('TLP:GREEN'))
    expect(viewOf(row, partner) !== undefined).toBe(tlpRank(holds) <= tlpRank('TLP:AMBER'))
  })

  test('names the label that holds', () => {
    const view = viewOf(revision(sent, now), partner)
    if (view) expect(view.tlp).toBe(holds)
  })

  test('is whole for its owner, with the label it was sent under', () => {
    const row = revision(sent, now)
    expect(viewOf(row, { audience: 'owner', tlpMax: 'TLP:RED' })).toEqual(toRecordedReport(row))
  })
})

test('a part is narrowed with the report, unless it was marked by itself', () => {
  const row = revision('TLP:CLEAR', 'TLP:AMBER')
  const anybody: Sight = {
    audience: 'peer',
    tlpMax: 'TLP:CLEAR',
    share: { agreementId: 'a', tlpMax: 'TLP:AMBER', fieldSets: [] },
  }
  const view = viewOf(row, anybody)!
  // The texts are marked TLP:CLEAR; the figures are of the report, which is TLP:AMBER by now.
  expect(view.texts).toEqual(content.texts)
  expect(view.impacts).toEqual(content.impacts)
  expect(view.traffic).toBeUndefined()
  expect(viewOf(revision('TLP:CLEAR', 'TLP:CLEAR'), anybody)!.traffic).toEqual(content.traffic)
})

describe('a part that is marked later', () => {
  const marked = (tlp: (typeof labels)[number], own?: (typeof labels)[number]) => ({
    ...revision('TLP:GREEN', 'TLP:GREEN'),
    content: {
      ...content,
      tlp: 'TLP:GREEN',
      markings: own ? [{ pointer: '/cause', tlp: own }] : [],
    },
    markingsNow: [{ pointer: '/cause', tlp }],
  })
  const sees = (row: ReturnType<typeof marked>, sight: Sight) =>
    viewOf(row, sight)?.cause !== undefined

  test('is as narrow in the revisions before', () => {
    expect(sees(marked('TLP:GREEN'), peer)).toBe(true)
    expect(sees(marked('TLP:AMBER'), peer)).toBe(false)
    expect(sees(marked('TLP:AMBER'), partner)).toBe(true)
    expect(sees(marked('TLP:RED'), partner)).toBe(false)
  })

  test('is no wider in them than it was', () => {
    expect(sees(marked('TLP:CLEAR', 'TLP:AMBER'), peer)).toBe(false)
    expect(sees(marked('TLP:GREEN', 'TLP:RED'), partner)).toBe(false)
  })

  test('is there for its owner', () => {
    expect(sees(marked('TLP:RED'), { audience: 'owner', tlpMax: 'TLP:RED' })).toBe(true)
  })
})
