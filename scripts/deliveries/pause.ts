// Deliveries to an endpoint, or to all endpoints of an organisation, stopped and taken up again by the
// operator. What waits is kept; what comes while it is paused is not owed: its owner has the feed.

import {
  type Db,
  findSubscription,
  listSubscriptions,
  type Subscription,
  updateSubscription,
} from '@renkei/db'
import { auditOperator } from '../system/audit-operator.ts'
import { identifierOf, reasonOf, usage, type Wish } from './arguments.ts'

// By this a pause of the operator is told from one of the owner's own.
const mark = 'operator: '

/** Pauses a subscription, or all active ones of an organisation, with a reason that their owner sees. */
export async function pause(db: Db, wish: Wish): Promise<boolean> {
  const reason = reasonOf(wish.values)
  const active = (await meant(db, wish)).filter(({ state }) => state === 'active')
  for (const { subscriptionId } of active) {
    const change = { state: 'paused', stateReason: `${mark}${reason}` } as const
    await apply(db, subscriptionId, { change, from: 'active', detail: { reason } })
  }
  console.log(`${active.length} paused`)
  return active.length > 0
}

/** Takes up a paused subscription, or all that were paused here of an organisation. */
export async function resume(db: Db, wish: Wish): Promise<boolean> {
  const paused = (await meant(db, wish)).filter(
    ({ state, stateReason }) =>
      state === 'paused' && (wish.subject !== undefined || stateReason?.startsWith(mark)),
  )
  for (const { subscriptionId } of paused) {
    await apply(db, subscriptionId, { change: { state: 'active' }, from: 'paused' })
  }
  console.log(`${paused.length} resumed`)
  return paused.length > 0
}

const pageMax = 500

async function meant(db: Db, { subject, values }: Wish): Promise<Subscription[]> {
  const { organisation } = values
  if ((subject === undefined) === (organisation === undefined)) {
    throw new Error(`a subscription or --organisation says which\n${usage}`)
  }
  if (organisation === undefined) {
    const found = await findSubscription(db, identifierOf('SUBSCRIPTION_ID', subject))
    if (!found) throw new Error(`there is no subscription ${subject}`)
    return [found]
  }
  const all: Subscription[] = []
  for (let last: string | null = null; ;) {
    const page = await listSubscriptions(db, organisation, { after: last, limit: pageMax })
    all.push(...page)
    last = page.at(-1)?.subscriptionId ?? null
    if (page.length < pageMax) return all
  }
}

interface Step {
  readonly change: { readonly state: 'active' | 'paused'; readonly stateReason?: string }
  readonly from: 'active' | 'paused'
  readonly detail?: object
}

async function apply(
  db: Db,
  subscriptionId: string,
  { change, from, detail }: Step,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const found = await findSubscription(tx, subscriptionId, { forUpdate: true })
    // Its owner was faster.
    if (found?.state !== from) return
    await updateSubscription(tx, subscriptionId, change, new Date())
    const { organisationId } = found
    const action = change.state === 'paused' ? 'subscription.paused' : 'subscription.resumed'
    const entry = { action, objectId: subscriptionId, organisationId }
    await auditOperator(tx, { ...entry, ...(detail && { detail }) })
  })
}
