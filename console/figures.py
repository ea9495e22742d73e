"""The page on telemetry: written here, its lists drawn from the catalogue of metrics, spans and labels."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.telemetry.names import LABELS, METRICS, SPANS, TEMPORAL, TEMPORAL_LABELS, Instrument, Metric

_INTRO = """# Telemetry

Holdfast can send traces and metrics to one collector, by OTLP over HTTP. It is **off** until `HOLDFAST_OTLP_ENDPOINT`
is set: then nothing is traced, nothing is counted and no connection is made. `HOLDFAST_OTLP_HEADERS` carries what the
collector asks for (`authorization=Bearer …`). `holdfast doctor` says whether it is on and whether the collector takes
what we send. Each process names itself: `holdfast-desk`, `holdfast-worker-sop`, `holdfast-worker-comms` and so on.
The variables `OTEL_…` of the environment are not how it is configured.

A collector that is slow, full or gone never slows a case. Batches are sent by threads of their own, each within three
seconds; what does not fit is dropped. The end of a process waits two seconds for the last batch, and not longer.

## What never leaves

Codes leave us, and nothing else: names from procedures, steps, roles, error codes, numbers. No id of a person, an
account, an agency **or a case**; no address; no text that somebody wrote. A label that is not in the list below, or
whose value is no code, is dropped at the exit, whoever put it there; so are messages of errors, stack traces and
whatever else libraries put on spans. [The decision](adr/0016-telemetry-in-codes.md) says why a case's id is among
them.

Outside systems are never sent a trace's id. Inside Temporal the trace's context travels sealed, like everything else.

A role is not a person, but where one person alone holds a role it points at them. Who reads these figures should be
told so.

## One trace for a case

A case's trace begins with the request that declared it: a command in Slack, or a request to the desk from its pages,
the command line or a program. It goes on through every run of the case, its steps with each of their tries, and its
review, over days and restarts, to the last step. A declaration that waits in the inbox while Temporal is away
continues its own trace when it starts. The spans of a workflow have no length, because a run may take days; the tries
of steps have their true one.

An act of a person stands in the case's trace as `HandleSignal:envelope`, with what was done and on what, and is linked
to the trace of the request in which they did it. A caller's own `traceparent` is linked as well, and not continued.
To find the trace of a case, ask for it by name on a machine that has the keys: `holdfast trace CASE`.

A replay tells nothing again. A workflow task that has to be tried again, because a worker died or something came in
between, may tell its own spans twice.

## Drills

Whatever is counted of a case carries `holdfast.drill`. The dashboards look at `false` only.

## What is counted, and when

Figures of cases are counted when the ledger has written an entry, and only if this very write made it: a retried
write counts nothing twice. A process that dies between the write and the count loses the counts of that write, and no
more. What is open *now* cannot be counted so: the desk reads it from the ledger every 15 seconds, and
`holdfast.watch.age` says how old that is.

## Dashboards

[`dashboards/shift.json`](dashboards/shift.json) is for whoever is on shift: who waits for whom, open gates by age,
calls that reached nobody, clocks in danger, failed steps. [`dashboards/engine.json`](dashboards/engine.json) is for
whoever runs it: latencies, retries, refusals, queues, workers, the ledger. Both are made by `python -m console.docs`;
import them into Grafana over a Prometheus that takes OTLP with its usual names: dots become underscores, units and
`_total` are added at the end. A test proves that a real evening sends every figure in them.
"""


def telemetry() -> Iterator[str]:
    """The lines of the page."""
    yield from _INTRO.rstrip().splitlines()
    yield from ("", "## Metrics", "", "| Metric | Kind | Unit | What it counts | Labels |", "|---|---|---|---|---|")
    for each in METRICS:
        yield f"| `{each.name}` | {each.kind.value} | {each.unit} | {each.about} | {_labels(each)} |"
    yield from ("", "In Prometheus:", "")
    yield "| Metric | Name there |"
    yield "|---|---|"
    for each in METRICS:
        yield f"| `{each.name}` | `{prometheus(each)}` |"
    yield from ("", "Temporal's SDK sends its own figures the same way. The dashboards use these:", "")
    yield from ("| Metric | What it says |", "|---|---|")
    for name, about in TEMPORAL.items():
        yield f"| `{name}` | {about} |"
    yield from ("", f"Its labels: {', '.join(f'`{name}`' for name in TEMPORAL_LABELS)}.")
    yield from ("", "## Spans", "", "| Span | What it is |", "|---|---|")
    for name, about in SPANS.items():
        yield f"| `{name}` | {about} |"
    yield from ("", "## Labels and attributes", "", "Nothing that is not in this list leaves us.", "")
    yield from ("| Name | What it says |", "|---|---|")
    for name, about in LABELS.items():
        yield f"| `{name}` | {about} |"


def prometheus(metric: Metric) -> str:
    """The metric's name after Prometheus's own translation of OTLP names."""
    name = metric.name.replace(".", "_")
    name += "_seconds" if metric.unit == "s" else ""
    return name + ("_total" if metric.kind is Instrument.COUNTER else "")


def _labels(metric: Metric) -> str:
    return ", ".join(f"`{each}`" for each in metric.labels) or "none"
