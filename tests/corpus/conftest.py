"""A deployment of the corpus's own: its list has one agency for each request, so that no request looks like another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.delivery import DeliveryPolicy
from integrations.temporal.server import EmbeddedServer
from tests.corpus.corpus import CORPUS
from tests.corpus.requests import Request
from tests.keeping import keeping
from tests.world import EXAMPLE_DIRECTORY, Simulators, World, open_declarer, open_world
from workflows.sops.emergency_data_request import POLICY


def listed(corpus: Sequence[Request]) -> list[dict[str, Any]]:
    """Our own list's entries for the agencies of these requests. Numbers are of those that are kept for fiction."""
    return [
        {
            "id": f"agency-{each.key}",
            "name": f"Police of {each.key} (synthetic)",
            "country": each.at_home,
            "domains": [each.domain],
            "call_back": f"+1-202-555-{100 + number % 90:04d}",
            "mailbox": f"edr@{each.domain}",
            "checked_on": "2026-10-01T09:00:00Z",
            **({"second_number": f"+1-202-555-{190 + number % 9:04d}"} if each.second else {}),
        }
        for number, each in enumerate(corpus)
        if each.listed and not each.agency_of
    ]


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory, simulators: Simulators) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("corpus")
    content = yaml.safe_load(EXAMPLE_DIRECTORY.read_text())
    content["agencies"] += listed(CORPUS)
    directory = folder / "directory.yaml"
    directory.write_text(yaml.safe_dump(content))
    async with (
        EmbeddedServer(folder / "temporal", time_skipping=True) as server,
        open_world(folder / "home", server, simulators, directory_file=directory) as opened,
    ):
        assert opened.today is not None
        await keeping(opened.today).begin()
        yield _looking_seldom(opened.today)


def _looking_seldom(world: World) -> World:
    """After an opening the package is looked at four times in a day instead of 48: these tests are not about that."""
    seldom = POLICY.model_copy(update={"delivery": DeliveryPolicy(after_opening=timedelta(hours=6))})
    catalogue = replace(world.catalogue, procedures={**world.catalogue.procedures, POLICY.slug: seldom})
    here = replace(world, catalogue=catalogue)
    here.declarer = open_declarer(here.settings, here)
    return here
