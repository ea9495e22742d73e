"""The wire to Temporal as the settings say it; every composition root asks here."""

from __future__ import annotations

from integrations.temporal.wire import Wire, open_wire
from workers.settings import Settings


def wire_of(settings: Settings) -> Wire:
    """Raises:
    HoldfastError: `broken-configuration`, naming the setting.
    """
    key = settings.temporal_api_key
    return open_wire(
        tls=settings.temporal_tls,
        ca=settings.temporal_tls_ca,
        certificate=settings.temporal_tls_cert,
        key=settings.temporal_tls_key,
        name=settings.temporal_tls_name,
        api_key=key.get_secret_value() if key else None,
    )
