// Who stands behind a request, as an audit entry names it.

import type { FastifyRequest } from 'fastify'

/** The organisation, key, address and request of a keyed request. */
export function actorOf({ caller, id }: Pick<FastifyRequest, 'caller' | 'id'>) {
  const { organisationId, keyId, address } = caller
  return { organisationId, keyId, address, requestId: id }
}
