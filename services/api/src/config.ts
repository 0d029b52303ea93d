// Every setting of the API: name, default, limits, unit. Nothing else reads the environment.

import { type Env, type EnvReader, readEnv } from '@renkei/service-kit'
import { keySetting } from '@renkei/vault'
import { isCidr } from './auth/source-address.ts'

export type ApiConfig = ReturnType<typeof read>

/** Reads the settings; throws a `ConfigError` that lists every fault at once. */
export function readApiConfig(env: Env): ApiConfig {
  return readEnv(env, read)
}

function read(env: EnvReader) {
  const host = env.text('RENKEI_API_HOST', '127.0.0.1')
  const port = env.integer('RENKEI_API_PORT', 8080, { min: 0, max: 65_535 })
  const certFile = env.optional('RENKEI_TLS_CERT_FILE')
  const scheme = certFile ? 'https' : 'http'
  return {
    host,
    port,
    publicUrl: env.url('RENKEI_PUBLIC_URL', ['http:', 'https:']) ?? `${scheme}://${host}:${port}`,
    databaseUrl: env.requiredUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: env.url('REDIS_URL', ['redis:', 'rediss:']),
    key: env.secret(keySetting),
    logLevel: env.oneOf('RENKEI_LOG_LEVEL', 'info', logLevels),
    /** Where spans are told; to nobody without it. */
    otlpEndpoint: env.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
    ruleSetVersion: env.oneOf('RENKEI_RULE_SET_VERSION', '2015.1.0', ['2015.1.0', '2025.1.0']),
    databaseConnectionsMax: env.integer('RENKEI_API_DATABASE_CONNECTIONS_MAX', 16, {
      min: 4,
      max: 200,
    }),
    databaseStatementMs: env.integer('RENKEI_API_DATABASE_STATEMENT_MS', 15_000, {
      min: 500,
      max: 60_000,
    }),
    tls: {
      certFile,
      keyFile: env.optional('RENKEI_TLS_KEY_FILE'),
      clientCaFile: env.optional('RENKEI_TLS_CLIENT_CA_FILE'),
    },
    limits: readLimits(env),
    rates: readRates(env),
    http: readHttp(env),
    auth: readAuth(env),
    agreements: readAgreements(env),
    replays: readReplays(env),
    feed: readFeed(env),
    audit: readAudit(env),
    /** The notifier sends; this says whether there is a server to send by. */
    emailIsSetUp: env.url('RENKEI_SMTP_URL', ['smtp:', 'smtps:']) !== undefined,
    webhook: {
      allowedCidrs: (env.optional('RENKEI_WEBHOOK_ALLOWED_CIDRS') ?? '').split(',').filter(Boolean),
      timeoutMs: env.integer('RENKEI_WEBHOOK_TIMEOUT_MS', 10_000, { min: 100, max: 60_000 }),
      /** PEM certificates of receivers' own authorities, trusted besides the public ones. */
      caFile: env.optional('RENKEI_WEBHOOK_CA_FILE'),
    },
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

function readLimits(env: EnvReader) {
  return {
    reportBytesMax: env.integer('RENKEI_REPORT_BYTES_MAX', 49_152, { min: 1024, max: 49_152 }),
    batchItemsMax: env.integer('RENKEI_BATCH_ITEMS_MAX', 100, { min: 1, max: 1000 }),
    jsonDepthMax: env.integer('RENKEI_JSON_DEPTH_MAX', 24, { min: 8, max: 64 }),
    acceptQueueMax: env.integer('RENKEI_ACCEPT_QUEUE_MAX', 2000, { min: 10, max: 100_000 }),
    acceptQueueSharePercent: env.integer('RENKEI_ACCEPT_QUEUE_SHARE_PERCENT', 25, {
      min: 1,
      max: 50,
    }),
    acceptBatchMax: env.integer('RENKEI_ACCEPT_BATCH_MAX', 64, { min: 1, max: 500 }),
    lookUpsPerOrganisationMax: 16,
    subscriptionsPerOrganisationMax: env.integer('RENKEI_SUBSCRIPTIONS_MAX', 1000, {
      min: 1,
      max: 100_000,
    }),
    contactsPerOrganisationMax: env.integer('RENKEI_CONTACTS_MAX', 200, { min: 1, max: 1000 }),
    contactConfirmDays: env.integer('RENKEI_CONTACT_CONFIRM_DAYS', 90, { min: 1, max: 3650 }),
    idempotencyHours: env.integer('RENKEI_IDEMPOTENCY_HOURS', 168, { min: 24, max: 8760 }),
    clockSkewSeconds: env.integer('RENKEI_CLOCK_SKEW_SECONDS', 300, { min: 0, max: 86_400 }),
  }
}

function readAuth(env: EnvReader) {
  return {
    trustedProxies: env.list('RENKEI_TRUSTED_PROXIES', 'a network as 10.0.0.0/8', isCidr),
    keyCacheMs: env.integer('RENKEI_KEY_CACHE_MS', 5000, { min: 0, max: 60_000 }),
    keyCacheEntriesMax: 10_000,
    keyUseFlushMs: env.integer('RENKEI_KEY_USE_FLUSH_MS', 60_000, { min: 100, max: 3_600_000 }),
    signatureSkewSeconds: env.integer('RENKEI_SIGNATURE_SKEW_SECONDS', 300, { min: 1, max: 3600 }),
    signingKeysPerOrganisationMax: env.integer('RENKEI_SIGNING_KEYS_MAX', 2, { min: 1, max: 100 }),
    keysPerOrganisationMax: env.integer('RENKEI_KEYS_MAX', 100, { min: 2, max: 10_000 }),
    lockout: {
      failuresMax: env.integer('RENKEI_AUTH_FAILURES_MAX', 20, { min: 1, max: 1_000_000 }),
      lockSeconds: env.integer('RENKEI_AUTH_LOCK_SECONDS', 60, { min: 1, max: 3600 }),
      lockSecondsMax: env.integer('RENKEI_AUTH_LOCK_SECONDS_MAX', 3600, { min: 1, max: 86_400 }),
      sourcesMax: env.integer('RENKEI_AUTH_SOURCES_MAX', 10_000, { min: 100, max: 1_000_000 }),
    },
  }
}

function readHttp(env: EnvReader) {
  const free = env.list('RENKEI_CONNECTIONS_FREE_CIDRS', 'a network as 10.0.0.0/8', isCidr)
  return {
    headerBytesMax: env.integer('RENKEI_HEADER_BYTES_MAX', 16_384, { min: 2048, max: 65_536 }),
    headersMax: env.integer('RENKEI_HEADERS_MAX', 100, { min: 20, max: 1000 }),
    urlBytesMax: env.integer('RENKEI_URL_BYTES_MAX', 8192, { min: 256, max: 65_536 }),
    queryParametersMax: env.integer('RENKEI_QUERY_PARAMETERS_MAX', 200, { min: 10, max: 1000 }),
    headersTimeoutMs: env.integer('RENKEI_HEADERS_TIMEOUT_MS', 10_000, { min: 100, max: 60_000 }),
    requestTimeoutMs: env.integer('RENKEI_REQUEST_TIMEOUT_MS', 75_000, { min: 100, max: 600_000 }),
    keepAliveMs: env.integer('RENKEI_KEEP_ALIVE_MS', 72_000, { min: 100, max: 600_000 }),
    requestsPerConnectionMax: env.integer('RENKEI_REQUESTS_PER_CONNECTION_MAX', 10_000, {
      min: 1,
      max: 1_000_000,
    }),
    unprovenKeepAliveMs: env.integer('RENKEI_UNPROVEN_KEEP_ALIVE_MS', 5000, {
      min: 100,
      max: 600_000,
    }),
    connectionsMax: env.integer('RENKEI_CONNECTIONS_MAX', 12_000, { min: 1, max: 200_000 }),
    connectionsPerSourceMax: env.integer('RENKEI_CONNECTIONS_PER_SOURCE_MAX', 640, {
      min: 1,
      max: 200_000,
    }),
    connectionsFreeCidrs: free.length > 0 ? free : ['127.0.0.0/8', '::1/128'],
  }
}

function readAgreements(env: EnvReader) {
  return {
    agreementYearsMax: env.integer('RENKEI_AGREEMENT_YEARS_MAX', 5, { min: 1, max: 50 }),
    proposalDaysMax: env.integer('RENKEI_PROPOSAL_DAYS_MAX', 30, { min: 1, max: 365 }),
    agreementsPerOrganisationMax: env.integer('RENKEI_AGREEMENTS_MAX', 1000, {
      min: 1,
      max: 100_000,
    }),
  }
}

function readReplays(env: EnvReader) {
  return {
    perSecond: env.integer('RENKEI_REPLAY_PER_SECOND', 20, { min: 1, max: 1000 }),
    perSecondMax: env.integer('RENKEI_REPLAY_PER_SECOND_MAX', 100, { min: 1, max: 1000 }),
    eventsMax: env.integer('RENKEI_REPLAY_EVENTS_MAX', 100_000, { min: 1, max: 1_000_000 }),
    runningPerOrganisationMax: env.integer('RENKEI_REPLAYS_RUNNING_MAX', 5, { min: 1, max: 1000 }),
  }
}

// Of one organisation, in this process.
function readRates(env: EnvReader) {
  const burstSeconds = env.integer('RENKEI_BURST_SECONDS', 60, { min: 1, max: 3600 })
  const rate = (name: string, perSecond: number, burst: number) => ({
    perSecond: env.integer(`RENKEI_${name}_PER_SECOND_MAX`, perSecond, { min: 1, max: 1_000_000 }),
    burst: env.integer(`RENKEI_${name}_BURST_MAX`, burst, { min: 0, max: 10_000_000 }),
    burstSeconds,
  })
  return {
    reports: rate('REPORTS', 50, 200),
    urgentReports: rate('URGENT_REPORTS', 50, 200),
    readReports: rate('READ_REPORTS', 100, 400),
    requests: rate('REQUESTS', 100, 400),
  }
}

function readAudit(env: EnvReader) {
  return {
    waitingRowsMax: env.integer('RENKEI_AUDIT_WAITING_MAX', 5000, { min: 100, max: 100_000 }),
    denialsPerMinuteMax: env.integer('RENKEI_AUDIT_DENIALS_PER_MINUTE_MAX', 30, {
      min: 1,
      max: 10_000,
    }),
  }
}

function readFeed(env: EnvReader) {
  return {
    pollMs: env.integer('RENKEI_FEED_POLL_MS', 100, { min: 10, max: 1000 }),
    bufferedEventsMax: env.integer('RENKEI_FEED_BUFFERED_EVENTS_MAX', 1024, {
      min: 16,
      max: 100_000,
    }),
    socketsMax: env.integer('RENKEI_FEED_SOCKETS_MAX', 10_000, { min: 1, max: 100_000 }),
    socketsPerOrganisationMax: env.integer('RENKEI_FEED_SOCKETS_PER_ORGANISATION_MAX', 500, {
      min: 1,
      max: 100_000,
    }),
    longPollsPerOrganisationMax: env.integer('RENKEI_LONG_POLLS_PER_ORGANISATION_MAX', 100, {
      min: 1,
      max: 100_000,
    }),
    socketBufferBytesMax: env.integer('RENKEI_FEED_SOCKET_BUFFER_BYTES_MAX', 1_048_576, {
      min: 65_536,
      max: 67_108_864,
    }),
    slowSocketMs: env.integer('RENKEI_FEED_SLOW_SOCKET_MS', 5000, { min: 50, max: 60_000 }),
    heartbeatMs: env.integer('RENKEI_FEED_HEARTBEAT_MS', 15_000, { min: 100, max: 60_000 }),
    waitSecondsMax: 60,
  }
}
