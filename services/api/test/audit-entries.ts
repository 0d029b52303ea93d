// What tests of the audit trail ask for.

import { expect } from 'vitest'
import type { TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

/** Posts a report that everybody may see, unless told; resolves to its identifier. */
export async function postReport(party: Party, members = {}): Promise<string> {
  const json = sampleReport(party.organisationId, { tlp: 'TLP:CLEAR', ...members })
  const { status, body } = await party.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.reportId
}

/** The entries of an action as they are stored, in the order of their chain. */
export async function storedEntries(api: TestApi, action: string) {
  return api.db
    .selectFrom('audit_entries')
    .selectAll()
    .where('action', '=', action)
    .orderBy('chain')
    .orderBy('seq')
    .execute()
}
