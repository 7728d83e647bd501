# Two stages: packages are installed in the first, the second holds only what runs.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WEB_BIND=0.0.0.0 ENV_FILE=/app/var/.env PORT=8000
RUN useradd --create-home --uid 10001 app && mkdir -p /app/var && chown app:app /app/var
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY --chown=root:root . /app
USER app
# Database (SQLite), invented secrets and cache live here; keep it on a volume.
VOLUME /app/var
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
# One process tree: web (gunicorn), core process and queue cluster.
CMD ["sh", "-c", "python -m config.bootstrap && python manage.py init_db && exec python manage.py run"]
