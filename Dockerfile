# syntax=docker/dockerfile:1
# One image for every service of the hub; what a container does is its command:
#   python -m inbox | python -m router | python -m connectors <type>... | hub up

FROM node:24-bookworm-slim AS web
WORKDIR /build
COPY inbox/web/package.json inbox/web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY inbox/web ./
RUN npm run build

FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/omnihub
COPY requirements.lock ./
RUN /opt/omnihub/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY connectors connectors
COPY hub hub
COPY inbox inbox
COPY router router
COPY shared shared
COPY --from=web /build/dist inbox/web/dist
# What builds the wheel is pinned as well; it stays in this stage.
COPY requirements-dev.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements-dev.lock \
    && /opt/build/bin/python -m build --wheel --no-isolation --outdir /build/wheel \
    && /opt/omnihub/bin/pip install --no-deps /build/wheel/*.whl

FROM python:3.13-slim-bookworm
ENV PATH=/opt/omnihub/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HUB_HOST=0.0.0.0 \
    HUB_PORT=8080 \
    HUB_DATA_DIR=/data \
    HUB_LOG_JSON=true
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent omnihub \
    && install -d -o omnihub -g omnihub -m 0700 /data
COPY --from=packages /opt/omnihub /opt/omnihub
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Every service ends by itself within five seconds of a SIGTERM.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-m", "shared.healthcheck"]
CMD ["hub", "up"]
