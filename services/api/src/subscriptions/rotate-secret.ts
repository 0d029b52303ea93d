// A new signing secret takes the place of the present one, which signs beside it for a while: nothing
// has to be changed at the same moment on both sides.

import type { Subscription } from '@renkei/db'
import { parseSecretRotation } from '@renkei/schema'
import { isSealed, sealSecret } from '@renkei/vault'
import { newSecret } from '@renkei/webhook'
import type { FastifyRequest } from 'fastify'
import { changeOwn } from './change-subscription.ts'
import { invalidSubscription } from './invalid-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

const overlapHoursUsual = 24
const hourMs = 3_600_000

/** Makes the new secret and sets the end of the present one; the one before that ends at once. */
export async function rotateSecret(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<{ readonly subscription: Subscription; readonly secret: string }> {
  const parsed = parseSecretRotation(request.body ?? {})
  if (!parsed.ok) throw invalidSubscription(parsed.faults)
  const { overlapHours = overlapHoursUsual } = parsed.rotation
  const secret = newSecret()
  const subscription = await changeOwn(subscriptionId, request, deps, async (_, before) => {
    const until = new Date(deps.clock.now().getTime() + overlapHours * hourMs)
    const previous = isSealed(before.secret)
      ? before.secret
      : sealSecret(deps.vault, before, before.secret)
    const change = {
      secret: sealSecret(deps.vault, before, secret),
      previousSecret: overlapHours > 0 ? previous : null,
      previousSecretUntil: overlapHours > 0 ? until : null,
    }
    return { change, action: 'subscription.secretRotated' }
  })
  return { subscription, secret }
}
