export * from './errors.ts'
export { keySetting } from './key-setting.ts'
export {
  fingerprintOf,
  newDataKey,
  newKeyText,
  parseKey,
  rewrap,
  type WrappedDataKey,
} from './keys.ts'
export type { DataKeyStore, StoredDataKey } from './key-ring.ts'
export {
  isSealed,
  openSealed,
  openVault,
  sealerOf,
  type Vault,
  type VaultOptions,
} from './vault.ts'
export { openRevision, openRevisions, type RevisionPlace, writeSealed } from './report-parts.ts'
export {
  type CredentialHolder,
  type Credentials,
  hasPreviousSecret,
  openCredentials,
  openSecret,
  sealClientKey,
  sealSecret,
  type SecretHolder,
} from './subscription-secret.ts'
export {
  bounceMark,
  linkToken,
  openAddress,
  openTarget,
  type OrderHolder,
  sealAddress,
  sealTarget,
} from './mail-address.ts'
