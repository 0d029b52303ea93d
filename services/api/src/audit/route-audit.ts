// What a keyed route says of itself: what an access to it is called, and of what. A route that does
// not say so is refused at start.

import type { RouteOptions } from 'fastify'

export interface RouteAudit {
  /** `noun.verb`, as in `report.read`. */
  readonly action: string
  readonly objectType: string
  /** The path parameter that names the object, where there is one. */
  readonly param?: string
  /** Whose the objects are when the handler does not say: the caller's own. */
  readonly ownedBy?: 'caller'
  /**
   * Who writes the entry of an access that was given: `answer` (unless told), before the answer
   * leaves; `transaction`, the change itself; `stream`, each time something is sent. Refused attempts
   * are always recorded.
   */
  readonly by?: 'answer' | 'transaction' | 'stream'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What an access to the route is. */
    audit?: RouteAudit
  }
}

/** Refuses a route that does not say what an access to it is. */
export function checkRouteAudit({ method, url, config }: RouteOptions): void {
  const { audit } = config ?? {}
  const name = `${[method].flat().join()} ${url}`
  if (!audit) throw new Error(`${name} needs config.audit: what is an access to it?`)
  if (!/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(audit.action)) {
    throw new Error(`${name}: the audit action ${audit.action} must be noun.verb`)
  }
  if (audit.param !== undefined && !url.includes(`:${audit.param}`)) {
    throw new Error(`${name} has no parameter ${audit.param}`)
  }
}
