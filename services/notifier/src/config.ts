// Every setting of the notifier: name, default, limits, unit. Nothing else reads the environment.

import { domainOf } from '@renkei/mail'
import { type Env, type EnvReader, readEnv } from '@renkei/service-kit'
import { keySetting } from '@renkei/vault'

export type NotifierConfig = ReturnType<typeof read>

/** Reads the settings; throws a `ConfigError` that lists every fault at once. */
export function readNotifierConfig(env: Env): NotifierConfig {
  return readEnv(env, read)
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

function read(env: EnvReader) {
  return {
    databaseUrl: env.requiredUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: env.url('REDIS_URL', ['redis:', 'rediss:']),
    key: env.secret(keySetting),
    logLevel: env.oneOf('RENKEI_LOG_LEVEL', 'info', logLevels),
    /** Where spans are told; to nobody without it. */
    otlpEndpoint: env.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
    healthHost: env.text('RENKEI_NOTIFIER_HOST', '127.0.0.1'),
    healthPort: env.integer('RENKEI_NOTIFIER_PORT', 8081, { min: 0, max: 65_535 }),
    databaseConnectionsMax: env.integer('RENKEI_NOTIFIER_DATABASE_CONNECTIONS_MAX', 12, {
      min: 6,
      max: 200,
    }),
    sweepMs: env.integer('RENKEI_SWEEP_MS', 500, { min: 20, max: 1000 }),
    /** How soon both parties hear that an agreement ends. */
    agreementWatchMs: env.integer('RENKEI_AGREEMENT_WATCH_MS', 5000, { min: 20, max: 3_600_000 }),
    /** How often it looks for endpoints that have failed for long. */
    endpointWatchMs: env.integer('RENKEI_ENDPOINT_WATCH_MS', 30_000, { min: 20, max: 3_600_000 }),
    /** How often it looks for answers that are missing. */
    escalationWatchMs: env.integer('RENKEI_ESCALATION_WATCH_MS', 2000, { min: 20, max: 60_000 }),
    heartbeatMs: env.integer('RENKEI_NOTIFIER_HEARTBEAT_MS', 1000, { min: 50, max: 10_000 }),
    /** A notifier that has been silent this long counts as dead: its deliveries are taken over. */
    deadAfterMs: env.integer('RENKEI_NOTIFIER_DEAD_AFTER_MS', 5000, { min: 200, max: 60_000 }),
    /** Deliveries at a time, of all lanes: a quarter is for level 4 alone. */
    sendSlotsMax: env.integer('RENKEI_SEND_SLOTS_MAX', 256, { min: 2, max: 16_384 }),
    /** Of the slots of a lane, how much one organisation may have at a time. */
    organisationSlotsPercent: env.integer('RENKEI_ORGANISATION_SLOTS_PERCENT', 50, {
      min: 1,
      max: 100,
    }),
    laneBacklogMax: env.integer('RENKEI_LANE_BACKLOG_MAX', 512, { min: 1, max: 10_000 }),
    endpointInFlightMax: env.integer('RENKEI_ENDPOINT_IN_FLIGHT_MAX', 8, { min: 1, max: 256 }),
    expandSubscriptionsMax: env.integer('RENKEI_EXPAND_SUBSCRIPTIONS_MAX', 250, {
      min: 1,
      max: 10_000,
    }),
    flushMs: env.integer('RENKEI_RESULT_FLUSH_MS', 40, { min: 0, max: 1000 }),
    flushResultsMax: env.integer('RENKEI_RESULT_FLUSH_MAX', 1000, { min: 1, max: 5000 }),
    /** A send without an answer for so long gives its slot to others. */
    stalledAfterMs: env.integer('RENKEI_SEND_STALLED_AFTER_MS', 500, { min: 10, max: 60_000 }),
    giveUpAfterHours: env.integer('RENKEI_GIVE_UP_AFTER_HOURS', 120, { min: 1, max: 720 }),
    giveUpUrgentAfterHours: env.integer('RENKEI_GIVE_UP_URGENT_AFTER_HOURS', 720, {
      min: 1,
      max: 2160,
    }),
    /** How often the feeder of replays looks, and how many of one replay wait at a time. */
    replayFeedMs: env.integer('RENKEI_REPLAY_FEED_MS', 250, { min: 20, max: 10_000 }),
    replayWaitingMax: env.integer('RENKEI_REPLAY_WAITING_MAX', 16, { min: 1, max: 1000 }),
    /** How often the reconciler looks, at how many events, and what counts as stuck. */
    reconcileMs: env.integer('RENKEI_RECONCILE_MS', 5000, { min: 20, max: 600_000 }),
    reconcileEventsMax: env.integer('RENKEI_RECONCILE_EVENTS_MAX', 500, { min: 1, max: 100_000 }),
    stuckAfterSeconds: env.integer('RENKEI_STUCK_AFTER_SECONDS', 300, { min: 1, max: 86_400 }),
    /** After how many days a contact is to be confirmed again. */
    contactConfirmDays: env.integer('RENKEI_CONTACT_CONFIRM_DAYS', 90, { min: 1, max: 3650 }),
    contactSweepSeconds: env.integer('RENKEI_CONTACT_SWEEP_SECONDS', 300, { min: 1, max: 86_400 }),
    idempotencyHours: env.integer('RENKEI_IDEMPOTENCY_HOURS', 168, { min: 24, max: 8760 }),
    mail: readMail(env),
    webhook: {
      allowedCidrs: (env.optional('RENKEI_WEBHOOK_ALLOWED_CIDRS') ?? '').split(',').filter(Boolean),
      connectionsPerOriginMax: env.integer('RENKEI_WEBHOOK_CONNECTIONS_PER_ORIGIN_MAX', 64, {
        min: 1,
        max: 4096,
      }),
      timeoutMs: env.integer('RENKEI_WEBHOOK_TIMEOUT_MS', 10_000, { min: 100, max: 60_000 }),
      /** PEM certificates of receivers' own authorities, trusted besides the public ones. */
      caFile: env.optional('RENKEI_WEBHOOK_CA_FILE'),
    },
  }
}

// Without a mail server there is no e-mail: what is owed by it waits.
function readMail(env: EnvReader) {
  const smtpUrl = env.url('RENKEI_SMTP_URL', ['smtp:', 'smtps:'])
  const schemes = ['http:', 'https:']
  const given = smtpUrl && env.requiredUrl('RENKEI_PUBLIC_URL', schemes)
  const publicUrl = (given ?? env.url('RENKEI_PUBLIC_URL', schemes)) || 'http://127.0.0.1:8080'
  const host = new URL(publicUrl).hostname
  const from = env.text('RENKEI_MAIL_FROM', `Renkei <renkei@${host}>`)
  const requireTls = env.oneOf('RENKEI_SMTP_REQUIRE_TLS', 'auto', ['auto', 'true', 'false'])
  return {
    smtpUrl,
    /** Where links in mails lead. */
    publicUrl,
    from,
    bounceDomain: env.text('RENKEI_MAIL_BOUNCE_DOMAIN', domainOf(from)),
    requireTls: requireTls === 'auto' ? undefined : requireTls === 'true',
    caFile: env.optional('RENKEI_SMTP_CA_FILE'),
    connectionsMax: env.integer('RENKEI_SMTP_CONNECTIONS_MAX', 4, { min: 1, max: 64 }),
    /** From the hand-over of a mail to the last word of the mail server. */
    deadlineMs: env.integer('RENKEI_SMTP_TIMEOUT_MS', 30_000, { min: 500, max: 300_000 }),
    digestMinutes: env.integer('RENKEI_MAIL_DIGEST_MINUTES', 60, { min: 1, max: 1440 }),
    sweepMs: env.integer('RENKEI_MAIL_SWEEP_MS', 1000, { min: 20, max: 60_000 }),
    linkHours: env.integer('RENKEI_MAIL_LINK_HOURS', 72, { min: 1, max: 720 }),
  }
}
