// What this process has taken and not yet recorded or given back. The rows under its name are
// compared with it: a row that nobody holds here was lost between the database and us.

import type { DeliveryKey } from '@renkei/db'

export interface InHand {
  /** False when it is in hand already: it must not be sent twice at once. */
  readonly take: (delivery: DeliveryKey) => boolean
  drop(deliveries: readonly DeliveryKey[]): void
  all(): DeliveryKey[]
}

/** Makes the list of a process. */
export function makeInHand(): InHand {
  const held = new Map<string, DeliveryKey>()
  return {
    take({ seq, subscriptionId }) {
      const key = `${seq} ${subscriptionId}`
      if (held.has(key)) return false
      held.set(key, { seq, subscriptionId })
      return true
    },
    drop(deliveries) {
      for (const { seq, subscriptionId } of deliveries) held.delete(`${seq} ${subscriptionId}`)
    },
    all: () => [...held.values()],
  }
}
