// The public face of @renkei/embedded: a Postgres of our own for machines that have none.

export { EmbeddedPostgresError } from './embedded-error.ts'
export type { EmbeddedPostgresErrorCode } from './embedded-error.ts'
export { startEmbeddedPostgres } from './start-embedded-postgres.ts'
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './start-embedded-postgres.ts'
