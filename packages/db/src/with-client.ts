// One connection of one's own, for what a pool cannot lend: migrations that hold a session's locks,
// and the first questions to a server.

import { Client } from 'pg'

export interface ClientOptions {
  readonly queryTimeoutMs?: number
}

/** Lends one dedicated connection and ends it; rejects when the server does not answer in 10 s. */
export async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'renkei-admin',
    connectionTimeoutMillis: 10_000,
    ...(options.queryTimeoutMs !== undefined && { query_timeout: options.queryTimeoutMs }),
  })
  // What breaks shows in the query that it breaks.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
