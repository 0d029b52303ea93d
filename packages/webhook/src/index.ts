export type { ResolveName, HostAddress } from './names.ts'
export {
  type CertificateFacts,
  type CertificateFault,
  certificateFacts,
  type ClientIdentity,
  readClientIdentity,
} from './client-certificate.ts'
export type { Pace, Result } from './outcome-table.ts'
export {
  createPlatformKeys,
  type KeySealer,
  newPlatformKey,
  type PlatformKey,
  type PlatformKeys,
  publishedBeforeMs,
} from './platform-keys.ts'
export { newSecret } from './secret.ts'
export type { SendResult } from './send-result.ts'
export { createSender, type OutgoingWebhook, type Sender, type SenderOptions } from './sender.ts'
export { signWebhook, type SignedMessage } from './sign.ts'
export type { RefusedTarget } from './target-url.ts'
