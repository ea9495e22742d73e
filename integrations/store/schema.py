"""Brings the tables to the version of this program, whoever opens first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from domain.errors import Code, HoldfastError
from integrations.store.database import Database
from integrations.store.postgresql import Turn, take_turn_on

_MIGRATIONS = Path(__file__).parent / "migrations"


async def upgrade(database: Database) -> None:
    """Upgrade to the newest revision, in one transaction. Processes that open at once take turns.

    Raises:
        HoldfastError: `broken-configuration` if the tables are newer than this program.
    """
    if not await database.read(lambda connection: connection.run_sync(is_current)):
        await database.write(lambda connection: connection.run_sync(_upgrade))


async def downgrade(database: Database, revision: str) -> None:
    """Go back to a revision (`base` removes every table and what it holds)."""

    def work(connection: Connection) -> None:
        take_turn_on(connection, Turn.MIGRATE)
        command.downgrade(alembic_config(connection), revision)

    await database.write(lambda connection: connection.run_sync(work))


async def require_current(database: Database) -> None:
    """Raises HoldfastError (`broken-configuration`) unless the tables are of this program's version."""
    if not await database.read(lambda connection: connection.run_sync(is_current)):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "the store's tables are of another version")


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest revision."""
    newest = ScriptDirectory.from_config(alembic_config(connection)).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for commands on a connection that is open already."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    take_turn_on(connection, Turn.MIGRATE)
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "the store's tables are of another version") from error
    except ProgrammingError as error:  # a table of somebody else's stands in the way, or we may not make any
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "the store's tables cannot be made") from error
