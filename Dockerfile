# Images of Simpul: one target for each program. `make images` bundles the programs into build/images and builds all of them;
# by hand, after it:
#   docker build --platform linux/arm64 --target gateway --build-arg VERSION=0.1.0 .
# Nothing is run while an image is built, so any machine builds for every architecture, and the same input gives the same digest.
ARG BASE=docker.io/library/node:24-bookworm-slim
ARG REDIS_BASE=docker.io/library/redis:7.2-bookworm

FROM ${BASE} AS base
ARG VERSION=0.0.0
LABEL org.opencontainers.image.vendor="Simpul" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
ENV NODE_ENV=production
WORKDIR /app
# No user of this number exists, nothing belongs to it, and OpenShift may take another.
USER 65532:65532

FROM base AS operator
LABEL org.opencontainers.image.title="simpul-operator" \
      org.opencontainers.image.description="Turns Simpul resources of a cluster into running gateways and keeps them so"
COPY build/images/operator/ /app/
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/node", "/app/operator.mjs"]

FROM base AS gateway
LABEL org.opencontainers.image.title="simpul-gateway" \
      org.opencontainers.image.description="Serves the APIs of an ApiGateway"
COPY build/images/gateway/ /app/
EXPOSE 8080 8081
# NODE_OPTIONS do not take it: the configuration of a large institution is read without collecting garbage a dozen times.
ENTRYPOINT ["/usr/local/bin/node", "--initial-heap-size=256", "/app/gateway.mjs"]

FROM base AS cli
LABEL org.opencontainers.image.title="simpul-cli" \
      org.opencontainers.image.description="The simpul command"
COPY build/images/cli/ /app/
ENTRYPOINT ["/usr/local/bin/node", "/app/cli.mjs"]

# The backend of examples/banten: what an institution would bring.
FROM base AS example
LABEL org.opencontainers.image.title="simpul-example" \
      org.opencontainers.image.description="The backend of examples/banten"
COPY build/images/example/ /app/
COPY examples/banten/data/ /data/
EXPOSE 9000
ENTRYPOINT ["/usr/local/bin/node", "/app/example.mjs", "--host", "0.0.0.0"]

# Counts limits in trials. Its base has all that it runs.
FROM ${REDIS_BASE} AS redis
ARG VERSION=0.0.0
LABEL org.opencontainers.image.vendor="Simpul" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.title="simpul-redis" \
      org.opencontainers.image.description="The Redis that limits are counted in for a trial"
COPY build/images/redis/ /app/
USER 65532:65532
EXPOSE 6379
ENTRYPOINT ["redis-server"]
