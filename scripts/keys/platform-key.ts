// npm run keys -- rotate-platform-key: another key that this Renkei signs its requests with. It is
// published before it signs, and its predecessor as long as anything signed with it may be looked at.

import { rotatePlatformKey as rotate, type Db } from '@renkei/db'
import { newPlatformKey, publishedBeforeMs } from '@renkei/webhook'
import { auditOperator } from '../system/audit-operator.ts'
import { findKey, withVault } from '../system/key.ts'

const publishedAfterMs = 7 * 86_400_000

interface Place {
  readonly url: string
  readonly embedded: boolean
}

/** Adds the key, on record; resolves to what an operator is told. */
export async function rotatePlatformKey(db: Db, place: Place): Promise<string> {
  const { key: kek } = await findKey(place, process.env)
  const key = await withVault(place.url, kek, async ({ vault }) => newPlatformKey(vault))
  const at = new Date()
  const signsFrom = new Date(at.getTime() + publishedBeforeMs)
  const publishedUntil = new Date(signsFrom.getTime() + publishedAfterMs)
  await db.transaction().execute(async (tx) => {
    if (!(await rotate(tx, { key, at, signsFrom, publishedUntil }))) {
      throw new Error('somebody else has just rotated the platform key')
    }
    const detail = { signsFrom: signsFrom.toISOString() }
    await auditOperator(tx, { action: 'platformKey.rotated', objectId: key.keyId, detail })
  })
  return `${key.keyId} signs from ${signsFrom.toISOString()}; keys before it are published until ${publishedUntil.toISOString()}`
}
