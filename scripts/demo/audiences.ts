// npm run demo -- --audiences: one report with mixed labels, and what each audience reads of it. All
// of them ask the running API with keys of their own; nothing is computed here.

import type { Report } from '@renkei/schema'
import { type ApiClient, makeClient } from './client.ts'
import { mixedReport } from './mixed-report.ts'
import { pad } from './print.ts'

export const viewers = [
  { organisationId: 'demo-mobile', name: 'デモ移動通信', kind: 'carrier', column: 'owner' },
  { organisationId: 'demo-partner', name: 'デモ協定先', kind: 'carrier', column: 'agreed' },
  { organisationId: 'demo-fixed', name: 'デモ固定通信', kind: 'carrier', column: 'peer' },
  { organisationId: 'demo-mvno', name: 'デモMVNO', kind: 'mvno', column: 'mvno' },
  { organisationId: 'demo-vendor', name: 'デモベンダー', kind: 'vendor', column: 'vendor' },
  { organisationId: 'demo-ceptoar', name: 'デモT-CEPTOAR', kind: 'ceptoar', column: 'ceptoar' },
  { organisationId: 'demo-ministry', name: 'デモ所管庁', kind: 'government', column: 'regulator' },
  { organisationId: 'demo-press', name: 'デモ報道', kind: 'media', column: 'public' },
] as const

interface Access {
  readonly apiUrl: string
  readonly keys: ReadonlyMap<string, string>
}

interface Column {
  readonly name: string
  readonly view: Record<string, unknown>
}

/** Posts the report, lets everybody read it, prints the table; resolves to what is not right. */
export async function showAudiences({ apiUrl, keys }: Access): Promise<string[]> {
  const clientOf = (id: string) => makeClient(apiUrl, keys.get(id) ?? '')
  const [owner, partner] = [clientOf('demo-mobile'), clientOf('demo-partner')]
  const agreement = await agree(owner, partner)
  const report = mixedReport('demo-mobile', new Date())
  const { reportId } = (await owner.send('POST', '/v1/reports', { body: report })) as {
    reportId: string
  }
  const columns: Column[] = []
  for (const { organisationId, column } of viewers) {
    const view = await clientOf(organisationId).send('GET', `/v1/reports/${reportId}`)
    columns.push({ name: column, view: view as Record<string, unknown> })
  }
  printTable(report, columns)
  const faults = findFaults(report, columns)
  await owner.send('POST', `/v1/agreements/${agreement}/end`, {
    body: { reason: 'end of the demo' },
  })
  const after = await partner.send('GET', `/v1/reports/${reportId}`)
  const same = JSON.stringify(after) === JSON.stringify(viewOf('peer', columns))
  console.log(
    `\nThe agreement is ended: demo-partner now reads ${same ? 'what any peer reads' : 'SOMETHING ELSE'}.`,
  )
  return same ? faults : [...faults, 'the agreement still has an effect after its end']
}

async function agree(owner: ApiClient, partner: ApiClient): Promise<string> {
  const day = 86_400_000
  const body = {
    counterpart: 'demo-partner',
    ndaReference: 'NDA-2026-001',
    validFrom: new Date(Date.now() - 1000).toISOString(),
    validUntil: new Date(Date.now() + 30 * day).toISOString(),
    shares: [
      {
        from: 'demo-mobile',
        to: 'demo-partner',
        tlpMax: 'TLP:AMBER+STRICT',
        minLevel: 1,
        fieldSets: ['contacts', 'traffic', 'controls', 'interconnect'],
        mayReportFor: false,
      },
    ],
  }
  const proposal = (await owner.send('POST', '/v1/agreements', { body })) as { agreementId: string }
  await partner.send('POST', `/v1/agreements/${proposal.agreementId}/accept`, { body: {} })
  console.log(`
One report of demo-mobile, level 3, TLP:CLEAR with parts that are narrower. demo-partner has an
agreement (up to TLP:AMBER+STRICT: contacts, traffic, controls, interconnect); the others have none.
  ● all of it   ◐ a part   · nothing
`)
  return proposal.agreementId
}

const parts: readonly (readonly [key: keyof Report, label: string])[] = [
  ['texts', 'CLEAR'],
  ['state', 'CLEAR'],
  ['impacts', 'CLEAR'],
  ['emergencyCalls', 'CLEAR'],
  ['priorityCalls', 'CLEAR'],
  ['areas', 'CLEAR, one AMBER'],
  ['estimate', 'CLEAR'],
  ['stateReason', 'GREEN'],
  ['cause', 'GREEN'],
  ['controls', 'GREEN'],
  ['traffic', 'AMBER'],
  ['interconnect', 'AMBER+STRICT'],
  ['contacts', 'AMBER+STRICT (default)'],
  ['sensitive', 'RED (default)'],
  ['markings', 'CLEAR'],
]

function printTable(report: Report, columns: readonly Column[]): void {
  const heads = columns.map(({ name }) => pad(name, 11)).join('')
  console.log(`${pad('part', 17)}${pad('TLP', 24)}${heads}`)
  for (const [key, label] of parts) {
    const marks = columns.map(({ view }) => pad(markOf(report[key], view[key]), 11)).join('')
    console.log(`${pad(key, 17)}${pad(label, 24)}${marks}`)
  }
}

function markOf(sent: unknown, seen: unknown): string {
  if (seen === undefined) return '·'
  return JSON.stringify(sent) === JSON.stringify(seen) ? '●' : '◐'
}

// What must be so whatever the rules say: nobody but the owner has what is TLP:RED, and nobody without
// an agreement anything narrower than TLP:GREEN.
function findFaults(report: Report, columns: readonly Column[]): string[] {
  const faults: string[] = []
  const narrow = [report.traffic, report.interconnect, report.contacts, report.areas[1]]
  for (const { name, view } of columns) {
    const text = JSON.stringify(view)
    if (name !== 'owner' && text.includes(report.sensitive?.diagnostics ?? '?')) {
      faults.push(`${name} reads what is TLP:RED`)
    }
    if (name === 'owner' || name === 'agreed') continue
    if (narrow.some((part) => text.includes(JSON.stringify(part)))) {
      faults.push(`${name} reads what is narrower than TLP:GREEN without an agreement`)
    }
  }
  return faults
}

function viewOf(name: string, columns: readonly Column[]): unknown {
  return columns.find((column) => column.name === name)?.view
}
