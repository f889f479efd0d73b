# Footnote with everything it needs at run time; it fetches nothing once built.
#   docker build -t footnote .
#   docker run --rm -v footnote:/data footnote ingest /app/examples/articles
#   docker run --rm -v footnote:/data footnote ask "why is live streaming invisible this 618?"

FROM python:3.11-slim AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY constraints.txt pyproject.toml ./
RUN python -m venv /opt/footnote \
 && /opt/footnote/bin/python -m pip install --quiet --upgrade --constraint constraints.txt pip
# Dependencies alone, so that a change of our own code does not install them again.
RUN /opt/footnote/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > requirements.txt \
 && /opt/footnote/bin/python -m pip install --quiet --constraint constraints.txt --requirement requirements.txt
COPY README.md LICENSE NOTICE ./
COPY prompts prompts
COPY ingest ingest
COPY service service
# chromadb requires kubernetes and, through tokenizers, hf-xet; neither is loaded by its embedded or its HTTP client.
# The last lines drop what only they need, and pip.
RUN /opt/footnote/bin/python -m pip wheel --quiet --no-deps --build-constraint constraints.txt --wheel-dir dist . \
 && /opt/footnote/bin/python -m pip install --quiet --no-deps dist/*.whl \
 && /opt/footnote/bin/python -m pip uninstall --quiet --yes \
      kubernetes aiohttp-retry durationpy oauthlib requests-oauthlib websocket-client hf-xet pip

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Footnote" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 footnote \
 && useradd --uid 10001 --gid footnote --home-dir /data --no-create-home --shell /usr/sbin/nologin footnote \
 && install --directory --owner=footnote --group=footnote /data
COPY --from=builder /opt/footnote /opt/footnote
COPY examples/articles /app/examples/articles
ENV PATH=/opt/footnote/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FOOTNOTE_DATA=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('FOOTNOTE_PORT', '8000') + '/healthz', timeout=2)"]
ENTRYPOINT ["footnote"]
# Answers only once it is said who may ask: FOOTNOTE_AUTH__REQUIRED=true (with API keys), or FOOTNOTE_OPEN_ACCESS=true
# for everyone who can reach the port, as in compose.yaml.
CMD ["serve", "--host", "0.0.0.0"]
