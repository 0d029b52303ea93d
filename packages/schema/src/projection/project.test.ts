// Single cases of the projection that are worth a name; the rule as a whole is in
// `projection-property.test.ts`.

import { describe, expect, test } from 'vitest'
import type { Report } from '../generated/report.gen.ts'
import { vectors } from '../../test/planted-report.ts'
import { openShare } from '../../test/scene.ts'
import { audiences } from './audience.ts'
import { project } from './project.ts'
import type { Sight } from './sight.ts'

const full = vectors.find((vector) => 'sensitive' in vector && 'traffic' in vector)!
const owner: Sight = { audience: 'owner', tlpMax: 'TLP:RED' }
const open: readonly Sight[] = audiences.map((audience) => ({
  audience,
  tlpMax: 'TLP:RED',
  share: openShare,
}))
const see = (members: object, sight: Sight) =>
  project({ ...full, markings: [], tlp: 'TLP:CLEAR', ...members } as unknown as Report, sight)

describe('what is kept as one sealed text', () => {
  test.each(['sensitive', 'contacts', 'extensions', 'window', 'traffic', 'texts'])(
    '%s is shown to nobody, not even to its owner',
    (part) => {
      for (const sight of open) {
        expect(see({}, sight)).toHaveProperty(part)
        expect(see({ [part]: 'v1.01985a7c.c2VhbGVk' }, sight)).not.toHaveProperty(part)
      }
    },
  )
})

describe('an extension', () => {
  const extensions = {
    'example.carrier': { 'a/b~c': 1, list: [1, { deep: 'x' }, null], empty: {}, none: [] },
  }
  const partner: Sight = { audience: 'peer', tlpMax: 'TLP:GREEN', share: openShare }
  const narrow = { ...partner, share: { ...openShare, tlpMax: 'TLP:AMBER' as const } }
  const marked = (pointer: string) => ({
    extensions,
    markings: [{ pointer: `/extensions/example.carrier${pointer}`, tlp: 'TLP:RED' }],
  })

  test('goes as it is, with what is empty or null', () => {
    expect(see({ extensions }, owner)!.extensions).toEqual(extensions)
    expect(see({ extensions }, partner)!.extensions).toEqual(extensions)
    expect(see({ extensions: {} }, owner)!.extensions).toEqual({})
  })

  test('goes to nobody else without an agreement on extensions', () => {
    for (const { audience } of open.filter((sight) => sight.audience !== 'owner')) {
      expect(see({ extensions }, { audience, tlpMax: 'TLP:RED' })).not.toHaveProperty('extensions')
      expect(see({ extensions: {} }, { audience, tlpMax: 'TLP:RED' })).not.toHaveProperty(
        'extensions',
      )
    }
  })

  test.each([
    ['/a~1b~0c', { list: [1, { deep: 'x' }, null], empty: {}, none: [] }],
    ['/list/1/deep', { 'a/b~c': 1, list: [1, null], empty: {}, none: [] }],
    ['/list', { 'a/b~c': 1, empty: {}, none: [] }],
    ['/empty', { 'a/b~c': 1, list: [1, { deep: 'x' }, null], none: [] }],
    ['/none', { 'a/b~c': 1, list: [1, { deep: 'x' }, null], empty: {} }],
  ])('keeps back the part %s that is marked inside it', (pointer, left) => {
    expect(see(marked(pointer), narrow)!.extensions).toEqual({ 'example.carrier': left })
    expect(see(marked(pointer), partner)!.extensions).toEqual(extensions)
  })

  test('is left out when all of it is kept back', () => {
    expect(see(marked(''), narrow)).not.toHaveProperty('extensions')
  })
})

describe('an empty list', () => {
  test('is shown where its entries would be, and not where they would not', () => {
    const peer: Sight = { audience: 'peer', tlpMax: 'TLP:GREEN' }
    const anybody: Sight = { audience: 'public', tlpMax: 'TLP:GREEN' }
    expect(see({ impacts: [], traffic: [] }, peer)).toMatchObject({ impacts: [], traffic: [] })
    expect(see({ impacts: [] }, anybody)).toMatchObject({ impacts: [] })
    expect(see({ traffic: [] }, anybody)).not.toHaveProperty('traffic')
    expect(see({ contacts: [] }, peer)).not.toHaveProperty('contacts')
    // An MVNO would see some of the members of a control, if not all.
    expect(see({ controls: [] }, { audience: 'mvno', tlpMax: 'TLP:GREEN' })).toHaveProperty(
      'controls',
    )
  })
})

test('a report that is within reach and has nothing to show is not shown at all', () => {
  const anybody: Sight = { audience: 'public', tlpMax: 'TLP:CLEAR' }
  const hide = (...shown: string[]) => {
    const hidden = [...Object.keys(full), 'markings'].filter((key) => !shown.includes(key))
    return { markings: hidden.map((key) => ({ pointer: `/${key}`, tlp: 'TLP:RED' })) }
  }
  expect(see(hide(), anybody)).toBeUndefined()
  expect(see(hide('stage'), anybody)).toEqual({ stage: full['stage'] })
})

test('a member named like the parent of all objects stays a member', () => {
  const extensions = JSON.parse('{"example.carrier":{"__proto__":{"x":1}}}')
  expect(JSON.stringify(see({ extensions }, owner)!.extensions)).toBe(JSON.stringify(extensions))
})
