# One image, two commands: the API (the default) and the notifier. TypeScript runs as it is, so that
# there is nothing to build: only to install, to copy, and to load once.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY packages/bell/package.json packages/bell/
COPY packages/db/package.json packages/db/
COPY packages/embedded/package.json packages/embedded/
COPY packages/http-signature/package.json packages/http-signature/
COPY packages/mail/package.json packages/mail/
COPY packages/schema/package.json packages/schema/
COPY packages/service-kit/package.json packages/service-kit/
COPY packages/testkit/package.json packages/testkit/
COPY packages/vault/package.json packages/vault/
COPY packages/webhook/package.json packages/webhook/
COPY services/api/package.json services/api/
COPY services/notifier/package.json services/notifier/
# Without the optional packages: the embedded Postgres and an addon that is faster and not needed.
# Without install scripts: the one of `node` would bring a second Node.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_COMPILE_CACHE=/app/.compile-cache
COPY --from=dependencies /app ./
COPY LICENSE ./
COPY migrations migrations
COPY packages packages
COPY services services
COPY scripts/audit.ts scripts/deliveries.ts scripts/keys.ts scripts/mail.ts scripts/migrate.ts scripts/vault.ts scripts/
COPY scripts/audit scripts/audit
COPY scripts/deliveries scripts/deliveries
COPY scripts/keys scripts/keys
COPY scripts/mail scripts/mail
COPY scripts/system scripts/system
# Loads both services without starting them, and lets each script of the operator say how it is used:
# fails when one of them needs what is not here, and fills the compile cache, which they only read.
RUN node --input-type=module --eval "await import('/app/services/api/src/start-api.ts'); \
    await import('/app/services/notifier/src/start-notifier.ts')" && \
    for script in audit deliveries keys mail migrate vault; do \
      node "scripts/$script.ts" --usage 2>&1 | grep -q "^npm run $script" || exit 1; done
USER node
EXPOSE 8080 8081
CMD ["node", "services/api/src/main.ts"]
