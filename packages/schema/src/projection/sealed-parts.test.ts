import { expect, test } from 'vitest'
import type { Report } from '../generated/report.gen.ts'
import { fieldSets } from '../sharing/share.ts'
import { audiences } from './audience.ts'
import { project } from './project.ts'

const sealed = 'v1.0011223344556677.c2VhbGVk'
const report = {
  kind: 'maintenance',
  messageStatus: 'actual',
  tlp: 'TLP:CLEAR',
  markings: [
    { pointer: '/contacts', tlp: 'TLP:CLEAR' },
    { pointer: '/contacts/0/phone', tlp: 'TLP:CLEAR' },
    { pointer: '/sensitive', tlp: 'TLP:CLEAR' },
    { pointer: '/window/siteContact', tlp: 'TLP:CLEAR' },
  ],
  window: { start: 'a', end: 'b', siteContact: sealed },
  contacts: sealed,
  sensitive: sealed,
} as unknown as Report

test.each(audiences)(
  'a part that is still sealed is shown to no %s, whatever label and agreement; its neighbours are',
  (audience) => {
    const share = { agreementId: 'all', tlpMax: 'TLP:RED', fieldSets } as const
    const view = project(report, { audience, tlpMax: 'TLP:RED', share })
    expect(view).toMatchObject({ kind: 'maintenance', window: { start: 'a', end: 'b' } })
    expect(JSON.stringify(view)).not.toContain(sealed)
    expect(view).not.toHaveProperty('contacts')
    expect(view).not.toHaveProperty('sensitive')
    expect(view).not.toHaveProperty('window.siteContact')
  },
)
