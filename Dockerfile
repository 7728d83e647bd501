# Two stages: the first installs packages and compiles the code, the second holds only what runs.
# The build needs no secret and no setting. There is no collectstatic step: static files are served
# straight from the packages (WHITENOISE_USE_FINDERS).
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /build/requirements.txt
RUN /opt/venv/bin/pip install -r /build/requirements.txt
COPY . /app
# Compiled here, because the root file system is read-only later.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app

FROM python:3.11-slim
LABEL org.opencontainers.image.title="WHMCS Stock Monitor" \
      org.opencontainers.image.description="Watches the stock of WHMCS shops and tells when it changes" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/app/var VAR_DIR=/app/var ENV_FILE=/app/var/.env \
    WEB_BIND=0.0.0.0 WEB_WORKERS=4 PORT=8000
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# Code belongs to root and is read only; the process may write to /app/var and /tmp, nowhere else.
RUN useradd --uid 10001 --no-create-home --home-dir /app/var --shell /usr/sbin/nologin app \
    && mkdir --mode=0700 /app/var && chown 10001:10001 /app/var
WORKDIR /app
# As a number, so that an orchestrator can see that it is not root.
USER 10001:10001
# Database (SQLite), invented secrets and file cache: keep it, or stored credentials are lost.
VOLUME /app/var
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
# Everything in one container; compose.yaml starts web and worker apart.
CMD ["sh", "-c", "python -m config.bootstrap && python manage.py init_db && exec python manage.py run"]
