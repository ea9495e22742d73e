"""The desk from another process."""

from integrations.desk_client.client import DeskClient

__all__ = ["DeskClient"]
