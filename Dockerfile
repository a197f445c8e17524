# Page, API and MCP on port 8765; runs and models in the volume /data. See docs/serve.md.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY locks/serve.txt locks/
COPY src src
RUN python -m venv /opt/longwriter \
 && /opt/longwriter/bin/pip install --no-cache-dir --no-deps --require-hashes -r locks/serve.txt \
 && /opt/longwriter/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home longwriter && install -d -o longwriter /data
COPY --from=build /opt/longwriter /opt/longwriter
ENV PATH=/opt/longwriter/bin:$PATH LONGWRITER_RUNS=/data/runs LONGWRITER_CACHE=/data/models
USER longwriter
WORKDIR /data
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8765/health', timeout=4)"]
# Others can reach the container, so it does not start without a token.
CMD ["longwriter", "serve", "--host", "0.0.0.0", "--token-env", "LONGWRITER_TOKEN"]
