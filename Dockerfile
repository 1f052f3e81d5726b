# syntax=docker/dockerfile:1

# Debian's packages under this tag are renewed. To build from the same ones again, add the digest: docs/kubernetes.md.
ARG BASE=node:24.21.0-bookworm-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY bin/write-sbom.ts bin/
RUN node bin/write-sbom.ts
# Temporal's native part for other platforms, 30 MB each.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM dependencies AS build
COPY bin/bundle-workflows.ts bin/
COPY core core
COPY delivery/handover/workflow-bundle.ts delivery/handover/
COPY workflows workflows
RUN node bin/bundle-workflows.ts

FROM ${BASE} AS dashboard
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY bin/build-ui.ts bin/ui-sources.ts bin/
COPY tsconfig.json ./
COPY clients/typescript/src clients/typescript/src
COPY core/contracts core/contracts
COPY core/domain core/domain
COPY core/options core/options
COPY ui ui
RUN node bin/build-ui.ts

FROM ${BASE} AS runtime
ENV NODE_ENV=production UV_THREADPOOL_SIZE=64 PORT=8080 POSTHORN_WORKFLOW_BUNDLE=/app/build/workflow-bundle.js
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY package.json worker.ts ./
COPY bin/migrate.ts bin/rotate-master-key.ts bin/posthorn.ts bin/progress.ts bin/supervise.ts bin/
COPY bin/doctor bin/doctor
COPY bin/embedded bin/embedded
COPY cli cli
COPY clients/typescript/src clients/typescript/src
COPY activities activities
COPY api api
COPY core core
COPY delivery delivery
COPY import import
COPY workflows workflows
COPY --from=build /app/build build
COPY --from=dashboard /app/build/ui build/ui
# The API's reference page needs one file of this package, which has 250 MB of dependencies.
COPY --from=dashboard /app/node_modules/@scalar/api-reference/dist/browser/standalone.js node_modules/@scalar/api-reference/dist/browser/
USER node
# A worker serves its metrics and probes on 9464.
EXPOSE 8080 9464
# The API by default; the same image runs `node --no-memory-reducer worker.ts`, `node bin/migrate.ts` and `node bin/posthorn.ts`
# with `doctor` or `import`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--no-memory-reducer", "api/server.ts"]
