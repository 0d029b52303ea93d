// The feed on record: every page of events, by pull or on a socket, before it leaves. Sockets of one
// key that get the same events share an entry.

import type { Clock } from '@renkei/service-kit'
import type { AccessRecorder } from './access-recorder.ts'
import type { RouteAudit } from './route-audit.ts'
import { type Actor, type Shown, toAccesses } from './shown.ts'

/** Resolves when what is about to be sent is on record; rejects with `overloaded` when it cannot be. */
export type RecordDisclosure = (actor: Actor, shown: readonly Shown[]) => Promise<void>

export const feedAudit = {
  action: 'feed.read',
  objectType: 'report',
  by: 'stream',
} as const satisfies RouteAudit

/** Makes what the feed calls before it sends. */
export function makeDisclosure(
  recorder: Pick<AccessRecorder, 'record'>,
  clock: Clock,
): RecordDisclosure {
  return (actor, shown) =>
    recorder.record(toAccesses(feedAudit, actor, clock.now(), shown), 'alike')
}
