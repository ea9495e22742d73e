"""Two dashboards as code, written as `docs/dashboards/*.json` for Grafana over Prometheus.

A test proves that every figure in them exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from console.dashboards.engine import ENGINE
from console.dashboards.panels import Dashboard
from console.dashboards.shift import SHIFT

_WIDTH, _HEIGHT = 24, 8  # Grafana's grid: columns, and rows of a panel
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
DASHBOARDS = {"shift": SHIFT, "engine": ENGINE}


def pages() -> dict[str, str]:
    """The text of each dashboard's file, by its path under `docs/`."""
    return {f"dashboards/{name}.json": json.dumps(_grafana(each), indent=2) + "\n" for name, each in DASHBOARDS.items()}


def _grafana(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["holdfast"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}]
        },
        "panels": list(_panels(dashboard)),
    }


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    x = y = 0
    for number, panel in enumerate(dashboard.panels, start=1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + _HEIGHT
        instant = panel.kind != "timeseries"
        yield {
            "id": number,
            "type": panel.kind,
            "title": panel.title,
            "description": panel.about,
            "datasource": _SOURCE,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": _HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
            "options": {},
            "targets": [
                {
                    "refId": chr(ord("A") + index),
                    "datasource": _SOURCE,
                    "expr": expression,
                    "legendFormat": legend,
                    "instant": instant,
                    "range": not instant,
                }
                for index, (expression, legend) in enumerate(panel.queries)
            ],
        }
        x += panel.width
