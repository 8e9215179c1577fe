# One image for the service (`serve`, the default) and for a checkout (`check`):
#
#   docker run -p 8080:8080 -v ospo-gate:/var/lib/ospo-gate --read-only --env-file settings.env ospo-gate
#   docker run --rm -v "$PWD:/checkout:ro" --read-only --network none ospo-gate check
#
# Every RUN is a plain command: tests/container runs them without an engine. Each has a layer, so that each is cached.
# hadolint global ignore=DL3059

# python:3.12-slim, an index of all its platforms. Renew the digest together with the tests in tests/container.
FROM python:3.12-slim@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /opt/build
RUN python -m venv --without-pip /opt/ospo-gate
# What is downloaded changes seldom, so it comes before the program: hashes for everything, and no code is built.
COPY requirements/build.txt requirements/service.txt requirements/
RUN /opt/build/bin/python -m pip install --require-hashes --no-deps --only-binary :all: -r requirements/build.txt
RUN /opt/build/bin/python -m pip --python /opt/ospo-gate/bin/python install --no-compile --require-hashes --no-deps --only-binary :all: -r requirements/service.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY checks checks
RUN /opt/build/bin/python -m pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /opt/wheels .
RUN /opt/build/bin/python -m pip --python /opt/ospo-gate/bin/python install --no-compile --no-index --no-deps --find-links /opt/wheels ospo-gate
# Byte code that is never compared with its source: the file system may be read-only and its dates anything.
RUN /opt/ospo-gate/bin/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/ospo-gate/lib


FROM python:3.12-slim@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea
LABEL org.opencontainers.image.title="ospo-gate" \
      org.opencontainers.image.description="One policy.yaml that gates pull requests: licenses, sign-off and more." \
      org.opencontainers.image.source="https://github.com/ospo-gate/ospo-gate" \
      org.opencontainers.image.documentation="https://github.com/ospo-gate/ospo-gate/blob/main/README.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/python:3.12-slim"
# `check` asks git. Debian keeps one version in its archive, so a pinned one would stop to exist.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
# A checkout that is mounted at /checkout belongs to another user; git would refuse to read it.
RUN git config --system --add safe.directory /checkout
# Group 0: clusters that give a container a user id of their own put that user into it.
RUN install -d -m 0755 /checkout && install -d -m 0770 -o 65532 -g 0 /var/lib/ospo-gate
COPY --from=build /opt/ospo-gate /opt/ospo-gate
ENV PATH=/opt/ospo-gate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    OSPO_GATE_HOST=0.0.0.0 \
    OSPO_GATE_PORT=8080 \
    OSPO_GATE_INTERNAL_HOST=0.0.0.0 \
    OSPO_GATE_DATABASE=sqlite+aiosqlite:////var/lib/ospo-gate/ospo-gate.db
VOLUME ["/var/lib/ospo-gate"]
WORKDIR /checkout
USER 65532:65532
# The webhook; and with OSPO_GATE_INTERNAL_PORT=8081 everything else.
EXPOSE 8080 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/opt/ospo-gate/bin/python", "-I", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('OSPO_GATE_INTERNAL_PORT') or os.environ['OSPO_GATE_PORT']), timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["ospo-gate"]
CMD ["serve"]
