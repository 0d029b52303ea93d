// Rotation: a new key at once, with the rights of the old one, which ends after an overlap. Nothing
// has to be changed at the same moment on both sides.

import type { Tx } from '../open-database.ts'
import { createKey, type NewKey, type Scope } from './api-keys.ts'
import { findKey, type ListedKey } from './listed-keys.ts'

export interface RotateKey {
  readonly keyId: string
  readonly at: Date
  /** How long the old key goes on working. */
  readonly overlapMs: number
  /** What the new key has otherwise than the old one. */
  readonly change?: Partial<
    Pick<NewKey, 'label' | 'expiresAt' | 'signatureRequired' | 'certificateSha256'>
  >
}

export type Rotation =
  | {
      readonly outcome: 'rotated'
      readonly keyId: string
      readonly apiKey: string
      /** When the old key ends. */
      readonly oldEndsAt: Date
    }
  | { readonly outcome: 'absent' | 'ended' | 'replaced' }

/**
 * Makes the key that takes the place of another and sets the other's end. Refuses a key that is
 * absent, has ended or was rotated before. A key that had an end gets as long a life as the old
 * one was made for, unless told otherwise.
 */
export async function rotateKey(tx: Tx, rotation: RotateKey): Promise<Rotation> {
  const { keyId, at, overlapMs, change = {} } = rotation
  const old = await findKey(tx, keyId, { forUpdate: true })
  if (!old) return { outcome: 'absent' }
  if (old.revokedAt || (old.expiresAt && old.expiresAt <= at)) return { outcome: 'ended' }
  if (old.replacedBy) return { outcome: 'replaced' }
  const made = await createKey(tx, {
    organisationId: old.organisationId,
    label: old.label,
    scopes: old.scopes as readonly Scope[],
    expiresAt: sameLife(old, at),
    signatureRequired: old.signatureRequired,
    certificateSha256: old.certificateSha256,
    ...change,
  })
  const overlapEnd = new Date(at.getTime() + overlapMs)
  const oldEndsAt = old.expiresAt && old.expiresAt < overlapEnd ? old.expiresAt : overlapEnd
  await tx
    .updateTable('api_keys')
    .set({ expires_at: oldEndsAt, replaced_by: made.keyId })
    .where('key_id', '=', keyId)
    .execute()
  return { outcome: 'rotated', ...made, oldEndsAt }
}

function sameLife(old: ListedKey, at: Date): Date | null {
  if (!old.expiresAt) return null
  return new Date(at.getTime() + old.expiresAt.getTime() - old.createdAt.getTime())
}
