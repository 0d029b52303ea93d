// The role that services work as, and the login that has nothing but this role.
// `migrations/0013_service_role.sql` says what it may do.

import { withClient } from './with-client.ts'

export const serviceRole = 'renkei_service'
export const serviceLogin = 'renkei_login'

/** The part of a connection's options that takes the role; RESET ROLE comes back to it. */
export const asServiceRole = `-c role=${serviceRole}`

/**
 * Makes or changes the login of the services on the server of `url` and resolves to the URL that
 * they connect with. It is a member of the service role and inherits nothing: whoever has its
 * password can be that role or nobody. Refuses where the given login may not make roles.
 */
export async function ensureServiceLogin(url: string, password: string): Promise<string> {
  await withClient(url, async (client) => {
    const secret = client.escapeLiteral(password)
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [
      serviceLogin,
    ])
    const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
    await client.query(`${verb} ROLE ${serviceLogin} LOGIN NOINHERIT PASSWORD ${secret}`)
    await client.query(`GRANT ${serviceRole} TO ${serviceLogin}`)
  })
  const own = new URL(url)
  own.username = serviceLogin
  own.password = password
  return own.href
}
