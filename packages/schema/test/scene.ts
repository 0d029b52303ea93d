// Random scenes: a report, what is known of it, somebody who looks, and what is agreed between them.

import * as fc from 'fast-check'
import { project } from '../src/projection/project.ts'
import type { Viewer, ViewerKind } from '../src/projection/audience.ts'
import { pushed, type ShareFinder, type SightFacts, sightOf } from '../src/projection/sight.ts'
import { fieldSets, isInForce, type Share } from '../src/sharing/share.ts'
import { labels, type PlantedReport, plantedReport } from './planted-report.ts'

export interface Scene extends PlantedReport {
  readonly facts: SightFacts
  readonly viewer: Viewer
  readonly agreed: Share | undefined
}

export type Way = 'read' | 'push'

/** What the viewer of a scene gets to see of the report, as JSON text; `null` when nothing. */
export function bytesSeen(scene: Scene, way: Way): string {
  const { report, facts, viewer } = scene
  const sight = sightOf(viewer, facts, finderOf(scene))
  if (!sight) return 'null'
  return JSON.stringify(project(report, way === 'push' ? pushed(sight) : sight) ?? null)
}

/** Finds the agreement of a scene while it is in force; the other way round everything is open. */
export function finderOf({ agreed, viewer, facts }: Scene): ShareFinder {
  return (from, to) => {
    const isThisWay = from === facts.organisationId && to === viewer.organisationId
    if (!isThisWay) return { ...openShare, from, to }
    return agreed && isInForce(agreed, now) ? agreed : undefined
  }
}

export const now = new Date('2026-11-22T12:00:00Z')
const instant = (ms: number) => new Date(now.getTime() + ms)

/** An agreement by which all goes. */
export const openShare: Share = {
  agreementId: '01985a7c-9999-7d31-9f40-1a2b3c4d5e6f',
  from: 'example-mobile',
  to: 'example-fixed',
  tlpMax: 'TLP:RED',
  minLevel: 0,
  kinds: ['fault', 'cyber', 'leak'],
  fieldSets,
  mayReportFor: false,
  validFrom: instant(-1),
  validUntil: instant(1),
}

export const viewerKinds: readonly ViewerKind[] = [
  'carrier',
  'mvno',
  'vendor',
  'contractor',
  'government',
  'emergencyAgency',
  'ceptoar',
  'media',
]

/** Drops the terms that are absent. */
function withoutAbsent<T extends object>(terms: T): T {
  return Object.fromEntries(Object.entries(terms).filter(([, term]) => term !== undefined)) as T
}

const term = (...values: string[]) =>
  fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined, freq: 2 })

export const anyShare: fc.Arbitrary<Share> = fc
  .record({
    tlpMax: fc.constantFrom(...labels),
    minLevel: fc.constantFrom(0, 1, 2, 3, 4),
    kinds: term('fault', 'cyber', 'leak'),
    services: term('sms', 'email'),
    prefectures: term('13', '27'),
    fieldSets: fc.subarray([...fieldSets]),
    validFrom: fc.constantFrom(-1, -1, -1, 0, 1).map(instant),
    validUntil: fc.constantFrom(2, 2, 2, 1, 0).map(instant),
  })
  .map((terms) => withoutAbsent({ ...openShare, ...terms }) as Share)

const rankedCodes = (...codes: string[]) =>
  fc
    .subarray(codes)
    .chain((chosen) =>
      fc.tuple(...chosen.map((code) => fc.nat(4).map((rank) => `${code}@${rank}`))),
    )

export const anyFacts: fc.Arbitrary<SightFacts> = fc.record({
  organisationId: fc.constant('example-mobile'),
  kinds: fc.oneof(
    { weight: 3, arbitrary: fc.subarray(['fault', 'cyber'], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom(['leak'], ['fault', 'leak']) },
  ),
  messageStatus: fc.constantFrom('actual', 'actual', 'actual', 'exercise', 'test'),
  peakLevel: fc.nat(4),
  services: rankedCodes('sms', 'isp'),
  prefectures: rankedCodes('00', '13', '27'),
  owners: fc.subarray(['example-fixed', 'example-isp']),
})

export const anyViewer: fc.Arbitrary<Viewer> = fc.record({
  organisationId: fc.constantFrom(...Array(6).fill('example-fixed'), 'example-mobile'),
  organisationKind: fc.constantFrom(...viewerKinds),
})

export const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    planted: plantedReport,
    facts: anyFacts,
    viewer: anyViewer,
    agreed: fc.option(anyShare, { nil: undefined }),
  })
  .map(({ planted, ...rest }) => ({ ...planted, ...rest }))
