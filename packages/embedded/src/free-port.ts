// A port that nothing on 127.0.0.1 listens on at this moment.

import { createServer } from 'node:net'

/** A free port. Another process may take it before the caller does; then ask again. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      )
    })
  })
}
