"""Every part of the desk over one connection: cases, the list of agencies, and lines in triage."""

from __future__ import annotations

from integrations.desk_client.agencies import AgenciesClient
from integrations.desk_client.triage import TriageClient


class WholeDeskClient(AgenciesClient, TriageClient):
    """What the command line asks."""
