// Identifiers that sort by the time of their making (RFC 9562, UUID version 7).

import { v7 } from 'uuid'

/** Makes an identifier; later ones of this process are greater. */
export function newId(): string {
  return v7()
}
