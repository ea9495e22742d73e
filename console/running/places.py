"""Where the parts of a stack listen: fixed ports for people, free ones for a demo."""

from __future__ import annotations

import socket
from typing import Self
from urllib.parse import urlsplit

from domain.base import Model
from domain.errors import Code, HoldfastError
from integrations.base.ports import free_port
from workers.settings import Settings

HOST = "127.0.0.1"


class Places(Model):
    """A port on loopback for each part; `ui` 0 is a Temporal server without its pages."""

    temporal: int = 7233
    ui: int = 8233
    desk: int = 8700
    slack: int = 8701
    platform: int = 8702
    portal: int = 8703
    pager: int = 8704
    mail: int = 8705
    smtp: int = 8706
    witness: int = 8707
    deadman: int = 8708

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody listens on now, without Temporal's pages."""
        found: dict[str, int] = {}
        for name in cls.model_fields:
            found[name] = free_port(HOST, besides=frozenset(found.values()))
        return cls(**{**found, "ui": 0})

    @classmethod
    def fixed(cls, settings: Settings) -> Self:
        """The usual ports; Temporal's and the desk's as the settings say.

        Raises:
            HoldfastError: `broken-configuration`, naming the first port that somebody else listens on.
        """
        temporal = int(settings.temporal_address.rpartition(":")[2])
        desk = urlsplit(settings.desk_url).port or cls().desk
        places = cls(temporal=temporal, desk=desk)
        for name, port in places.model_dump().items():
            if _taken(port):
                raise HoldfastError(
                    Code.BROKEN_CONFIGURATION, f"port {port} for {name} is taken; end what listens there"
                )
        return places

    def url(self, name: str) -> str:
        """The base address of a part that speaks HTTP."""
        return f"http://{HOST}:{getattr(self, name)}"

    def settings(self, base: Settings, **changes: object) -> Settings:
        """The settings with every outside party at its stand-in."""
        return base.model_copy(
            update={
                "temporal_address": f"{HOST}:{self.temporal}",
                "desk_url": self.url("desk"),
                "platform_url": self.url("platform"),
                "portal_url": self.url("portal"),
                "pager_url": self.url("pager"),
                "witness_url": self.url("witness"),
                "smtp_host": HOST,
                "smtp_port": self.smtp,
                "slack_api_url": f"{self.url('slack')}/api/",
                **changes,
            }
        )


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are just dying is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
