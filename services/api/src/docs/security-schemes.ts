// How callers show who they are, for the OpenAPI document. The key is always needed; a key may ask
// for a signature, for one client certificate, or for both.

import type { Json } from './map-schema.ts'

/** What an operation asks for: the alternatives, each with the scope that the key needs. */
export function securityOf(scope: string, { signed = false }: { signed?: boolean } = {}): Json[] {
  // For a scheme other than OAuth the list names the roles that are needed (OpenAPI 3.1 §4.8.30).
  const bearer = { bearer: [scope] }
  const withSignature = [
    { ...bearer, signature: [] },
    { ...bearer, signature: [], clientCertificate: [] },
  ]
  return signed ? withSignature : [bearer, { ...bearer, clientCertificate: [] }, ...withSignature]
}

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'The API key of an organisation, `rk_…`. The scopes that an operation needs stand beside it.',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description:
      'An HTTP message signature (RFC 9421) with Ed25519, together with `Signature-Input`. It covers `@method`, `@target-uri`, `authorization`, and `content-digest` (RFC 9530) when there is a body, with the parameters `created`, `keyid` and `nonce`. Needed where the API key asks for it; verified whenever it is there.',
  },
  clientCertificate: {
    type: 'mutualTLS',
    description:
      'The client certificate that the API key is bound to (`certificateSha256`). Needed where it is bound to one.',
  },
} as const
