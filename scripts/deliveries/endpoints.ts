// An endpoint that the operator knows to be well again: what is held for it is due now.

import { countHeld, type Db, findSubscription, readHealth, trustEndpoint } from '@renkei/db'
import { auditOperator } from '../system/audit-operator.ts'
import { identifierOf, type Wish } from './arguments.ts'

/** Forgets that an endpoint has failed and makes due what is held for it, on record. */
export async function drain(db: Db, { subject }: Wish): Promise<boolean> {
  const subscriptionId = identifierOf('SUBSCRIPTION_ID', subject)
  const freed = await trust(db, subscriptionId, 'subscription.drained')
  console.log(`${freed} deliveries are due now, the highest level first`)
  return true
}

/** Has levels 0 to 2 tried again after the endpoint was switched off, on record. */
export async function switchOn(db: Db, { subject }: Wish): Promise<boolean> {
  const subscriptionId = identifierOf('SUBSCRIPTION_ID', subject)
  const health = await readHealth(db, subscriptionId)
  if (!health?.switchedOffAt) throw new Error('the endpoint is not switched off')
  const since = health.switchedOffAt.toISOString()
  const freed = await trust(db, subscriptionId, 'subscription.switchedOn')
  console.log(`levels 0 to 2 are tried again; ${freed} deliveries are due now`)
  console.log(
    `what ended meanwhile: npm run deliveries -- replay ${subscriptionId} --failed-since ${since}`,
  )
  return true
}

async function trust(db: Db, subscriptionId: string, action: string): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const found = await findSubscription(tx, subscriptionId, { forUpdate: true })
    if (!found) throw new Error(`there is no subscription ${subscriptionId}`)
    if (found.state !== 'active') {
      throw new Error(`the subscription is ${found.state}: resume it, and it is sent what waits`)
    }
    const held = await countHeld(tx, subscriptionId)
    await trustEndpoint(tx, subscriptionId)
    const { organisationId } = found
    await auditOperator(tx, { action, objectId: subscriptionId, organisationId, detail: { held } })
    return held
  })
}
