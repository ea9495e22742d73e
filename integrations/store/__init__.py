"""The store: ledger, list of cases and inbox in one SQL database."""

from integrations.store.store import Store, open_store

__all__ = ["Store", "open_store"]
