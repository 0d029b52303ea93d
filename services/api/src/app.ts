// The table of contents of the API: what stands behind a key, and what is public.

import type { Bell } from '@renkei/bell'
import type { Db, SharingBook } from '@renkei/db'
import type { RuleSet } from '@renkei/schema'
import type { Clock, Logger } from '@renkei/service-kit'
import type { Vault } from '@renkei/vault'
import type { PlatformKeys, Sender } from '@renkei/webhook'
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { makeAccessRecorder } from './audit/access-recorder.ts'
import { auditPlugin } from './audit/audit-plugin.ts'
import { makeDisclosure } from './audit/disclosure.ts'
import { auditRoutes } from './audit/routes.ts'
import { acknowledgementRoutes } from './acknowledgements/routes.ts'
import { agreementRoutes } from './agreements/routes.ts'
import { authPlugin } from './auth/auth.ts'
import { makeCertificateFinder } from './auth/client-certificate.ts'
import type { KeyUseRecorder } from './auth/key-use.ts'
import { makeTrust } from './auth/source-address.ts'
import { closeConnections } from './close-connections.ts'
import type { ApiConfig } from './config.ts'
import { credentialRoutes } from './credentials/routes.ts'
import { docsRoutes } from './docs/routes.ts'
import { openApiPlugin } from './docs/open-api.ts'
import { makeFrameListener } from './feed/acknowledge-frames.ts'
import type { FeedTail } from './feed/feed-tail.ts'
import { pullRoutes } from './feed/pull-routes.ts'
import { socketRoutes } from './feed/socket-routes.ts'
import { isSocketRequest, socketServer } from './feed/socket-server.ts'
import type { ApiMetrics } from './health/metrics.ts'
import { healthRoutes } from './health/routes.ts'
import { jsonPlugin } from './json/read-json.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { answerHeaders, neverCached } from './limits/answer-headers.ts'
import { type ConnectionGuard, guardConnections } from './limits/connection-guard.ts'
import { fastifyLimits, limitConnections, nodeLimits } from './limits/http-server.ts'
import { makeLimits } from './limits/limits.ts'
import { makePlaces } from './limits/places.ts'
import { limitsPlugin } from './limits/plugin.ts'
import { requestShape } from './limits/request-shape.ts'
import { unreadBodies } from './limits/unread-body.ts'
import { linkRoutes } from './mail/link-routes.ts'
import { answerBrokenRequest } from './problem/broken-request.ts'
import { answerError, problemPlugin } from './problem/problem.ts'
import type { AcceptTraces } from './reports/accept-traces.ts'
import { platformRoutes } from './platform/routes.ts'
import type { Committer } from './reports/committer.ts'
import { registerRoutes } from './register/routes.ts'
import { reportRoutes } from './reports/routes.ts'
import type { Tls } from './read-tls.ts'
import { requestLog } from './request-log.ts'
import { routeList } from './route-list.ts'
import { replayRoutes } from './replays/routes.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { useContractValidation } from './validation.ts'

export interface AppDeps {
  readonly config: ApiConfig
  readonly db: Db
  readonly sharing: SharingBook
  readonly vault: Vault
  readonly bell: Bell
  readonly tail: FeedTail
  readonly committer: Committer
  readonly sender: Sender
  readonly platformKeys: PlatformKeys
  readonly metrics: ApiMetrics
  /** Only when spans are told to somebody. */
  readonly traces?: AcceptTraces | undefined
  readonly keyUse: KeyUseRecorder
  /** Set when the API ends TLS itself. */
  readonly tls?: Tls | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly newId: () => string
  readonly chooseRuleSet: (at: string) => RuleSet
}

// A start on a machine that is busy is slow, not broken.
const pluginTimeoutMs = 60_000

/** Builds the app; it listens to nothing until told to. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, metrics } = deps
  const loggerInstance: FastifyBaseLogger = deps.log
  const server = { ...nodeLimits(config.http), shouldUpgradeCallback: isSocketRequest }
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: deps.newId,
    trustProxy: makeTrust(config.auth.trustedProxies),
    requestIdHeader: false,
    bodyLimit: config.limits.reportBytesMax,
    ...fastifyLimits(config.http),
    pluginTimeout: pluginTimeoutMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 100 },
    ...(deps.tls ? { https: { ...server, ...deps.tls } } : { http: server }),
    frameworkErrors: answerError(config),
    clientErrorHandler: answerBrokenRequest(config.publicUrl),
  })
  useContractValidation(app)
  await app.register(routeList)
  await app.register(closeConnections)
  const onDrop = () => metrics.droppedConnections.inc()
  limitConnections(app.server, config.http, onDrop)
  const { connectionsFreeCidrs: free } = config.http
  const connectionsFreeCidrs = [...free, ...config.auth.trustedProxies]
  const connections = guardConnections(app.server, { ...config.http, connectionsFreeCidrs }, onDrop)
  await app.register(answerHeaders)
  await app.register(problemPlugin, { publicUrl: config.publicUrl })
  await app.register(unreadBodies)
  await app.register(requestShape, config.http)
  await app.register(jsonPlugin, config.limits)
  await app.register(requestLog, { metrics })
  await app.register(openApiPlugin, { publicUrl: config.publicUrl })

  await app.register(healthRoutes, {
    db: deps.db,
    metrics,
    bellState: () => deps.bell.state(),
    readyTimeoutMs: 2000,
  })
  await app.register(docsRoutes)
  await app.register(platformRoutes, deps)
  await app.register(linkRoutes, deps)
  await app.register(keyedRoutes, { ...deps, connections })
  return app
}

// Everything in here needs an API key.
async function keyedRoutes(
  app: FastifyInstance,
  deps: AppDeps & { readonly connections: ConnectionGuard },
): Promise<void> {
  const { config, db, tail } = deps
  const { limits: settings, feed } = config
  const limits = makeLimits(config.rates)
  await app.register(socketServer)
  await app.register(neverCached)
  const recorder = makeAccessRecorder({ db, roundRowsMax: 500, ...config.audit })
  const disclose = makeDisclosure(recorder, deps.clock)
  await app.register(auditPlugin, { db, clock: deps.clock, recorder, ...config.audit })
  const { publicUrl } = config
  const certificateOf = makeCertificateFinder(makeTrust(config.auth.trustedProxies))
  await app.register(authPlugin, { ...deps, ...config.auth, publicUrl, certificateOf })
  await app.register(limitsPlugin, { ...settings, ...feed, limits })
  const lookUps = makePlaces(settings.lookUpsPerOrganisationMax)
  await app.register(reportRoutes, { ...deps, ...settings, limits, lookUps, publicUrl })
  await app.register(acknowledgementRoutes, { ...deps, ...settings })
  await app.register(pullRoutes, { ...deps, ...feed, disclose })
  await app.register(socketRoutes, {
    ...feed,
    tail,
    disclose,
    listen: makeFrameListener({
      ...deps,
      ...settings,
      ...feed,
      requests: limits.requests,
      disclose,
      recorder,
      publicUrl,
    }),
    onSockets: (open) => deps.metrics.sockets.set(open),
  })
  const { emailIsSetUp } = config
  await app.register(subscriptionRoutes, { ...deps, ...settings, emailIsSetUp, database: db })
  await app.register(registerRoutes, { ...deps, ...settings })
  await app.register(agreementRoutes, { ...deps, ...config.agreements })
  await app.register(ledgerRoutes, deps)
  await app.register(replayRoutes, { ...deps, ...config.replays })
  await app.register(auditRoutes, { db })
  await app.register(credentialRoutes, { ...deps, ...config.auth, publicUrl })
}
