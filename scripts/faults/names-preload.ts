// Loaded into a service before its own code (node --import): names of our zone are asked of the name
// server of the run instead of the system. Everything after the answer is the product's own.

import dns from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { zone } from './names.ts'

const server = process.env['RENKEI_FAULTS_NAME_SERVER'] ?? ''
const resolver = new dns.promises.Resolver({ timeout: 500, tries: 1 })
resolver.setServers([server])

const bySystem = dns.promises.lookup
const byUs = async (name: string, options: object): Promise<unknown> => {
  if (!name.endsWith(zone)) return bySystem(name, options)
  const addresses = await resolver.resolve4(name)
  return addresses.map((address): LookupAddress => ({ address, family: 4 }))
}
Object.assign(dns.promises, { lookup: byUs })
syncBuiltinESMExports()
