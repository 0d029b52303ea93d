// HTTP message signatures (RFC 9421) with Ed25519, and digests of bodies (RFC 9530): for requests to
// the API, and for whatever Renkei signs itself.

export * from './content-digest.ts'
export * from './message.ts'
export * from './public-key.ts'
export * from './read-signatures.ts'
export * from './sign-request.ts'
export * from './verify-request.ts'
