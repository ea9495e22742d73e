"""The desk from another process."""

from integrations.desk_client.client import DeskClient
from integrations.desk_client.triage import TriageClient

__all__ = ["DeskClient", "TriageClient"]
