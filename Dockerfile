# One image for every role: `holdfast desk`, `holdfast worker --role …`, `holdfast setup`.
# Not built yet on a real engine: no docker engine was available where this was written. What it does (a wheel, its own
# environment, `holdfast --help`) was done by hand.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
COPY . .
# An environment of its own: Holdfast installs six top-level packages, see docs/adr/0001-six-top-level-packages.md.
RUN python -m venv /opt/holdfast && /opt/holdfast/bin/pip install --no-cache-dir .

FROM python:3.11.14-slim-bookworm
# The directories of the state exist with owner and mode before volumes are mounted there: a new volume takes them over.
RUN useradd --uid 10001 --create-home holdfast \
    && for each in "" /vault /case-keys /auditor /log; do install -d -o holdfast -g holdfast -m 0700 "/var/lib/holdfast$each"; done
COPY --from=build /opt/holdfast /opt/holdfast
ENV PATH=/opt/holdfast/bin:$PATH HOLDFAST_HOME=/var/lib/holdfast PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/holdfast
STOPSIGNAL SIGTERM
ENTRYPOINT ["holdfast"]
CMD ["--help"]
