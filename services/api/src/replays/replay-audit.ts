// What accesses to replays are called in the audit trail. They belong to the organisation of their
// subscription, and nobody else is shown them.

import type { RouteAudit } from '../audit/route-audit.ts'

const replay = { objectType: 'replay', ownedBy: 'caller' } as const
const one = { ...replay, param: 'replayId' } as const

export const audits = {
  start: { action: 'replay.started', ...replay, by: 'transaction' },
  list: { action: 'replay.listed', ...replay },
  read: { action: 'replay.read', ...one },
  cancel: { action: 'replay.cancelled', ...one, by: 'transaction' },
} as const satisfies Record<string, RouteAudit>
