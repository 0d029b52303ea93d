// The rule of who sees what, said a second time and otherwise: leaf by leaf, from the positive list
// (which is data) and from sentences. It calls nothing of what it is compared with.

import { fieldRules } from '../src/projection/field-rules.ts'
import type { Report, Tlp } from '../src/generated/report.gen.ts'
import { partAt, partsOf } from './planted-report.ts'
import { now, type Scene, type Way } from './scene.ts'

const none = -1
const rankOf: Record<string, number> = {
  'TLP:CLEAR': 0,
  'TLP:GREEN': 1,
  'TLP:AMBER': 2,
  'TLP:AMBER+STRICT': 3,
  'TLP:RED': 4,
} satisfies Record<Tlp, number>
export const rank = (label: string): number => rankOf[label] ?? 4

const audienceNames: Record<string, string> = {
  carrier: 'peer',
  mvno: 'mvno',
  vendor: 'vendor',
  contractor: 'vendor',
  government: 'regulator',
  emergencyAgency: 'regulator',
  ceptoar: 'ceptoar',
  media: 'public',
}

/** Which set an agreement has to open; what is not named here is the core. */
const setOf: Record<string, string> = {
  contacts: 'contacts',
  traffic: 'traffic',
  controls: 'controls',
  reRegistration: 'controls',
  interconnect: 'interconnect',
  window: 'plans',
  demand: 'plans',
  sensitive: 'sensitive',
  extensions: 'extensions',
}

const ownLabels: Record<string, Tlp> = {
  '/contacts': 'TLP:AMBER+STRICT',
  '/demand/calledNumber': 'TLP:AMBER',
  '/window/siteContact': 'TLP:AMBER+STRICT',
  '/sensitive': 'TLP:RED',
}

/** True when the leaf at a pointer leaves for the viewer of a scene. */
export function leaves(scene: Scene, pointer: string, way: Way): boolean {
  if (!isAllowed(scene, pointer, way)) return false
  return !/^\/level\/(?:reasons|ruleIds)\//.test(pointer) || seesGrounds(scene, way)
}

const grounds =
  /^\/(?:areas|estimate|occurredAt|detectedAt|asOf|restoredAt|impacts|emergencyCalls|controls|related|texts)(?:\/|$)/

/** A reason that points to no part is seen only with all that reasons rest on. */
function seesGrounds(scene: Scene, way: Way): boolean {
  const parts = Object.entries(scene.report).filter(([key]) => grounds.test(`/${key}`))
  // A member that the contract does not know is seen by nobody, so its part is seen whole by nobody.
  if (scene.strangers.some((word) => JSON.stringify(parts).includes(word))) return false
  // An empty list holds no word, and is seen or not like what could stand in it.
  const empty = partsOf(scene.report).filter((at) => {
    const part = partAt(scene.report, at)
    return Array.isArray(part) && part.length === 0
  })
  return [...scene.words.keys(), ...empty].every(
    (pointer) => !grounds.test(pointer) || isAllowed(scene, pointer, way),
  )
}

function isAllowed(scene: Scene, pointer: string, way: Way): boolean {
  const { byDefault, byAgreement } = boundsOf(scene, way)
  if (rank(scene.report.tlp) > Math.max(byDefault, byAgreement)) return false
  const label = labelOf(pointer, scene.report)
  const isListed = listedFor(pointer).includes(audienceOf(scene))
  if (isListed && label <= byDefault) return true
  if (label > byAgreement) return false
  const set = setOf[pointer.split('/')[1] ?? '']
  return set === undefined ? isListed : scene.agreed!.fieldSets.some((open) => open === set)
}

export function audienceOf({ viewer, facts }: Pick<Scene, 'viewer' | 'facts'>): string {
  if (viewer.organisationId === facts.organisationId) return 'owner'
  return audienceNames[viewer.organisationKind] ?? 'nobody'
}

/** How far a viewer sees, by default and by agreement; -1 is nothing at all. */
export function boundsOf(scene: Scene, way: Way) {
  const { facts, viewer } = scene
  const audience = audienceOf(scene)
  const most = way === 'push' ? 3 : 4
  if (audience === 'owner') return { byDefault: most, byAgreement: none }
  const isLeak = facts.kinds.includes('leak')
  const isPublic = audience === 'public'
  if (isPublic && (isLeak || facts.messageStatus !== 'actual')) {
    return { byDefault: none, byAgreement: none }
  }
  const byAgreement = hasAgreement(scene) ? Math.min(rank(scene.agreed!.tlpMax), most) : none
  if (!isLeak) return { byDefault: isTold(audience, facts) ? 1 : 0, byAgreement }
  if (audience === 'regulator' || facts.owners.includes(viewer.organisationId)) {
    return { byDefault: 3, byAgreement }
  }
  return { byDefault: byAgreement === none ? none : 0, byAgreement }
}

/** The level table: whom TLP:GREEN reaches by itself. */
function isTold(audience: string, { peakLevel, kinds }: Scene['facts']): boolean {
  switch (audience) {
    case 'peer':
      return true
    case 'mvno':
      return peakLevel > 0
    case 'ceptoar':
      return peakLevel > 1 || kinds.includes('cyber')
    case 'regulator':
      return peakLevel > 1
    case 'vendor':
      return peakLevel > 2
    default:
      return false
  }
}

function hasAgreement({ agreed, facts }: Scene): boolean {
  if (!agreed) return false
  if (now.getTime() < agreed.validFrom.getTime()) return false
  if (now.getTime() >= agreed.validUntil.getTime()) return false
  if (facts.peakLevel < agreed.minLevel) return false
  const { kinds = ['fault', 'cyber'], services, prefectures } = agreed
  const named = facts.kinds.includes('leak') ? ['leak'] : facts.kinds
  if (!named.some((kind) => kinds.includes(kind))) return false
  const told = (codes: readonly string[]) =>
    codes
      .map((code) => /^(\w+)@(\d)$/.exec(code)!)
      .filter(([, , at]) => Number(at) <= rank(agreed.tlpMax))
      .map(([, code]) => code!)
  if (services && !told(facts.services).some((code) => services.includes(code))) return false
  const places = told(facts.prefectures)
  return !prefectures || places.some((code) => code === '00' || prefectures.includes(code))
}

/** The rank of the label at a pointer: of the nearest marking, narrowed by own labels below it. */
function labelOf(pointer: string, report: Report): number {
  const steps = pointer.split('/').slice(1)
  const path = steps.map((_, at) => `/${steps.slice(0, at + 1).join('/')}`)
  const marking = (at: string) => report.markings?.find((candidate) => candidate.pointer === at)
  const marked = path.findLastIndex((at) => marking(at) !== undefined)
  const from = marked === -1 ? report.tlp : marking(path[marked]!)!.tlp
  const below = path.slice(marked + 1).map((at) => rank(ownLabels[at] ?? 'TLP:CLEAR'))
  return Math.max(rank(from), ...below)
}

/** The audiences that the positive list names for a leaf; none when it is not on it. */
function listedFor(pointer: string): readonly string[] {
  if (pointer.startsWith('/extensions/')) return ['owner']
  const steps = pointer.split('/').filter((step) => step !== '' && !/^\d+$/.test(step))
  const rule = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown>)?.[step],
    fieldRules,
  )
  return audiencesIn(rule)
}

function audiencesIn(rule: unknown): readonly string[] {
  if (Array.isArray(rule)) return rule as string[]
  return typeof rule === 'object' && rule ? Object.values(rule).flatMap(audiencesIn) : []
}
