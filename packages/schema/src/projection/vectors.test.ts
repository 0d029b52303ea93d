// The published vectors (vectors/projection): what somebody sees of a report, which other carriers run
// against their own programs.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gatherFacts } from '../filter/report-facts.ts'
import type { Report } from '../generated/report.gen.ts'
import { parseReport } from '../report/parse-report.ts'
import { isInForce, type Share } from '../sharing/share.ts'
import { audienceOf, audiences, type ViewerKind } from './audience.ts'
import { project } from './project.ts'
import { isWithin, pushed, type Sight, sightOf } from './sight.ts'

interface Vector {
  why: string
  now: string
  viewer: { organisation: string; kind: ViewerKind }
  report: Report & Required<Pick<Report, 'level'>>
  agreement?: { validFrom: string; validUntil: string; share: Share }
  expected: { read: object | null; push?: object | 'notice' | null }
}

const folder = new URL('../../vectors/projection/', import.meta.url)
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, Vector] => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vector,
  ])

const viewerOf = ({ viewer }: Vector) => ({
  organisationId: viewer.organisation,
  organisationKind: viewer.kind,
})

function sightIn(vector: Vector): Sight | undefined {
  const { report, agreement, now } = vector
  const facts = gatherFacts(report, report.level.value)
  const { organisation } = report.reporter
  const told = { ...facts, organisationId: organisation, messageStatus: report.messageStatus }
  return sightOf(viewerOf(vector), told, (from, to) => {
    if (from !== agreement?.share.from || to !== agreement.share.to) return undefined
    const validity = {
      validFrom: new Date(agreement.validFrom),
      validUntil: new Date(agreement.validUntil),
    }
    return isInForce(validity, new Date(now)) ? { ...agreement.share, ...validity } : undefined
  })
}

describe.each(vectors)('projection/%s', (_, vector) => {
  const { report, expected } = vector
  const sight = sightIn(vector)
  const read = (sight && project(report, sight)) ?? null

  test('shows what is read', () => {
    expect(read).toEqual(expected.read)
  })

  test('shows what is pushed', () => {
    const view = (sight && project(report, pushed(sight))) ?? null
    const isNotice = read !== null && sight && !isWithin(pushed(sight), report.tlp)
    expect(isNotice ? 'notice' : view).toEqual('push' in expected ? expected.push : expected.read)
  })

  test('is about a report that may be sent', () => {
    const { reportId: _id, revision: _revision, recordedAt: _at, level: _level, ...sent } = report
    expect(parseReport(sent)).toEqual({ ok: true, report: sent })
  })
})

test('the vectors show a view and a refusal of every audience that can be refused', () => {
  const seen = vectors.map(([, vector]) => {
    const audience = audienceOf(viewerOf(vector), vector.report.reporter.organisation)
    return `${audience} ${vector.expected.read === null ? 'nothing' : 'something'}`
  })
  expect(seen).toEqual(expect.arrayContaining(audiences.map((audience) => `${audience} something`)))
  expect(seen).toEqual(expect.arrayContaining(['peer nothing', 'vendor nothing', 'public nothing']))
  expect(new Set(vectors.map(([, { why }]) => why)).size).toBe(vectors.length)
})
