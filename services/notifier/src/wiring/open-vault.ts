// The vault of a notifier: what it opens is sealed where it is stored.

import { dataKeyStore } from '@renkei/db'
import { openVault, type Vault } from '@renkei/vault'
import type { Context } from './context.ts'

/** Opens the vault; rejects when the key is not the one the database was sealed with. */
export async function openNotifierVault({ config, db, log, stopper }: Context): Promise<Vault> {
  const onFault = (error: unknown) => log.error({ err: error }, 'vault.fault')
  const vault = await openVault({ key: config.key, store: dataKeyStore(db), onFault })
  stopper.add('vault', () => vault.settled())
  return vault
}
