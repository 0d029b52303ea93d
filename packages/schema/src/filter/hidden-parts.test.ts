// Whoever cannot see a part of a report cannot find it out by filters either: two reports that look
// the same to somebody are heard of by the same filters of theirs.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Area, Marking, Report, ServiceCode, Tlp } from '../generated/report.gen.ts'
import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import { project } from '../projection/project.ts'
import { sightOf } from '../projection/sight.ts'
import { shareTo } from '../../test/event-facts.ts'
import { viewerKinds } from '../../test/scene.ts'
import { hear } from './hear.ts'
import { gatherFacts } from './report-facts.ts'

const areas: readonly Area[] = [
  { type: 'prefecture', code: '13' },
  { type: 'prefecture', code: '27' },
  { type: 'municipality', code: '131016' },
  { type: 'region', name: '近畿', prefectures: ['27', '28'] },
  { type: 'country' },
  { type: 'text', name: '一部' },
]
const services: readonly ServiceCode[] = ['sms', 'email', 'isp']

interface Parts {
  readonly areas: readonly Area[]
  readonly impacts: readonly { service: ServiceCode; areas: readonly Area[] }[]
}

const anyAreas = fc.array(fc.constantFrom(...areas), { maxLength: 2 })
const anyParts: fc.Arbitrary<Parts> = fc.record({
  areas: anyAreas,
  impacts: fc.array(fc.record({ service: fc.constantFrom(...services), areas: anyAreas }), {
    maxLength: 2,
  }),
})
const anyHidden = fc.constantFrom<Tlp>('TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED')
const anyFilter = fc.record(
  {
    services: fc.subarray([...services], { minLength: 1 }),
    prefectures: fc.subarray(['13', '27', '01'], { minLength: 1 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SubscriptionFilter>
const anyViewer = fc.record({
  organisationId: fc.constant('example-fixed'),
  organisationKind: fc.constantFrom(...viewerKinds),
})
const anyTlp = fc.constantFrom<Tlp>('TLP:CLEAR', 'TLP:GREEN')
const anyAgreement = fc.constantFrom(undefined, shareTo('TLP:GREEN'), shareTo('TLP:CLEAR'))

/** Adds parts to what all may see, each marked with a label beyond what the viewer may. */
function withHidden(open: Parts, hidden: Parts, label: Tlp): Partial<Report> {
  const marks = (list: string, from: number, more: readonly unknown[]): Marking[] =>
    more.map((_, at) => ({ pointer: `/${list}/${from + at}`, tlp: label }))
  return {
    areas: [...open.areas, ...hidden.areas],
    impacts: [...open.impacts, ...hidden.impacts] as Report['impacts'],
    markings: [
      ...marks('areas', open.areas.length, hidden.areas),
      ...marks('impacts', open.impacts.length, hidden.impacts),
    ],
  }
}

test('parts that a viewer does not see change nothing of what its filters let it hear', () => {
  fc.assert(
    fc.property(
      fc.record({ open: anyParts, one: anyParts, other: anyParts, label: anyHidden, tlp: anyTlp }),
      fc.record({ viewer: anyViewer, filter: anyFilter, share: anyAgreement }),
      fc.nat(4),
      ({ open, one, other, label, tlp }, { viewer, filter, share }, level) => {
        const [first, second] = [one, other].map((hidden) => {
          const parts = withHidden(open, hidden, label)
          const report = { kind: 'fault', messageStatus: 'actual', tlp, ...parts } as Report
          const facts = { ...gatherFacts(report, level), messageStatus: 'actual', tlp }
          const told = { ...facts, organisationId: 'example-mobile', recipients: null }
          const sight = sightOf(viewer, told, () => share)!
          const view = JSON.stringify(project(report, sight))
          return { view, hearing: hear(viewer, filter, told, () => share) }
        })
        // What of a list was left empty can be told from a list that is absent.
        fc.pre(first!.view === second!.view)
        expect(first!.hearing).toEqual(second!.hearing)
      },
    ),
    { numRuns: 1000 },
  )
})
