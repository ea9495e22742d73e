"""The directory with the agencies of our own list: people stand in a file, agencies where two people edit them."""

from __future__ import annotations

from domain.outside import LiveDirectory
from domain.people import Directory
from domain.ports import Agencies


class WithAgencies:
    """`domain.outside.LiveDirectory`. Until the list has begun the file's agencies stand; from then on one person with
    an editor can no longer add a number."""

    def __init__(self, people: LiveDirectory, agencies: Agencies) -> None:
        self._people = people
        self._agencies = agencies

    async def current(self) -> Directory:
        """Raises HoldfastError: as the file's directory, and `tampered` or `transient` as the list."""
        directory, book = await self._people.current(), await self._agencies.current()
        if not book.revision:
            return directory
        revision = f"{directory.revision}+agencies.{book.revision}"
        return directory.model_copy(update={"agencies": book.agencies, "revision": revision})
