"""Logs of the long-running commands: one JSON object a line on stderr, for whoever collects them."""

from __future__ import annotations

import logging
import sys

import structlog

from console.cli.faults import release_logs


def log_as_json(level: str) -> None:
    """Send structlog's and every library's records of at least this level to stderr as JSON."""
    release_logs()
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Never the frames' locals, structlog's default: they hold whole payloads.
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in ("httpx", "httpcore", "alembic", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at INFO they write whole addresses, or what they loaded
    # Of a form that is none it writes a line for each: whoever reaches the door could fill the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
