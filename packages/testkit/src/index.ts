// What tests use: real servers, scripted faults, time that stands still until told.

export { fakeClock } from './clock.ts'
export type { FakeClock } from './clock.ts'
export { createEmptyDatabase, createTestDatabase, runSql } from './database.ts'
export type { TestDatabase } from './database.ts'
export { startMailServer } from './mail-server.ts'
export type { MailFault, MailServer, MailServerOptions, ReceivedMail } from './mail-server.ts'
export { spawnService } from './process.ts'
export type { ExitResult, ServiceProcess } from './process.ts'
export { redisSkipReason, startRedis } from './redis.ts'
export type { TestRedis } from './redis.ts'
export { OK, retryAfter } from './replies.ts'
export type { Reply } from './replies.ts'
export { startTcpProxy } from './tcp-proxy.ts'
export type { TcpProxy } from './tcp-proxy.ts'
export { testKey } from './test-key.ts'
export { waitFor } from './wait-for.ts'
export type { WaitOptions } from './wait-for.ts'
export { startReceiver } from './webhook-receiver.ts'
export type {
  ReceivedRequest,
  Receiver,
  ReceiverOptions,
  VerificationMode,
} from './webhook-receiver.ts'
