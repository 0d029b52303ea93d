// The one way out of the register: what an organisation may see of another's contacts and entry.

import type { RegisteredContact } from '../generated/contact.gen.ts'
import type { Organisation } from '../generated/organisation.gen.ts'
import { type Audience, audienceOf, tlpRank, type Viewer } from '../projection/audience.ts'
import type { FieldRule } from '../projection/field-rules.ts'
import type { Share } from '../sharing/share.ts'
import { contactFieldRules, organisationFieldRules } from './field-rules.ts'

/** What of an agreement in force decides on contacts. */
export type ContactShare = Pick<Share, 'fieldSets' | 'tlpMax'>

/** For whom the register is kept: they see contacts up to TLP:GREEN without an agreement. */
const operators: ReadonlySet<Audience> = new Set(['peer', 'regulator', 'ceptoar'])

/** Gives what a viewer may see of a contact, or nothing: `mayLookAt` decides, then the field list. */
export function projectContact(
  contact: RegisteredContact,
  viewer: Viewer,
  share: ContactShare | undefined,
): RegisteredContact | undefined {
  if (!mayLookAt(contact, viewer, share)) return undefined
  const audience = audienceOf(viewer, contact.organisation)
  return show(contact, contactFieldRules, audience) as RegisteredContact | undefined
}

/**
 * True when a viewer may see a contact at all. The owner sees all. Carriers, authorities and
 * T-CEPTOAR see it up to TLP:GREEN; they beyond that, and MVNOs, vendors and contractors at all, as
 * far as `share`, an agreement in force, has the field set `contacts` and covers the label.
 */
export function mayLookAt(
  { organisation, tlp }: Pick<RegisteredContact, 'organisation' | 'tlp'>,
  viewer: Viewer,
  share: ContactShare | undefined,
): boolean {
  const audience = audienceOf(viewer, organisation)
  if (audience === 'owner') return true
  if (audience === 'public') return false
  if (operators.has(audience) && tlpRank(tlp) <= tlpRank('TLP:GREEN')) return true
  return share?.fieldSets.includes('contacts') === true && tlpRank(tlp) <= tlpRank(share.tlpMax)
}

/** Gives what a viewer may see of an organisation's entry; nothing of another's to the public. */
export function projectOrganisation(
  organisation: Organisation,
  viewer: Viewer,
): Organisation | undefined {
  const audience = audienceOf(viewer, organisation.organisationId)
  return show(organisation, organisationFieldRules, audience) as Organisation | undefined
}

// What holds nothing that may be seen is left out, and so is every member without a rule.
function show(value: unknown, rule: FieldRule, audience: Audience): unknown {
  if (isAudienceSet(rule)) return rule.includes(audience) ? value : undefined
  if (Array.isArray(value)) {
    const shown = value
      .map((item) => show(item, rule, audience))
      .filter((item) => item !== undefined)
    return shown.length > 0 || (value.length === 0 && isListed(rule, audience)) ? shown : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const shown = Object.entries(value).flatMap(([key, member]) => {
    const memberRule = Object.hasOwn(rule, key) ? rule[key] : undefined
    const part = memberRule === undefined ? undefined : show(member, memberRule, audience)
    return part === undefined ? [] : [[key, part] as const]
  })
  return shown.length > 0 ? Object.fromEntries(shown) : undefined
}

function isListed(rule: FieldRule, audience: Audience): boolean {
  if (isAudienceSet(rule)) return rule.includes(audience)
  return Object.values(rule).some((member) => isListed(member, audience))
}

function isAudienceSet(rule: FieldRule): rule is readonly Audience[] {
  return Array.isArray(rule)
}
