"""TLS to Temporal: a real handshake in front of the real server, and every way in which it must fail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console.cli.installing import install
from console.wiring import open_desk
from domain.errors import Code, HoldfastError
from integrations.base.keyring import new_ring
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from tests.production.certificates import Authority, Pair
from tests.world import EXAMPLE_DIRECTORY
from workers.settings import Settings, load_settings
from workers.wire import wire_of


@asynccontextmanager
async def terminator(address: str, server: Pair, clients: Path | None = None) -> AsyncIterator[str]:
    """What stands in front of a server that speaks TLS; with `clients` it asks for a certificate of theirs."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate, server.key)
    context.set_alpn_protocols(["h2"])
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    host, _, port = address.rpartition(":")

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))

    listening = await asyncio.start_server(both, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "pki")


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Settings]:
    def settings(address: str, **changes: Any) -> Settings:
        directory = EXAMPLE_DIRECTORY.absolute()
        return load_settings(home=tmp_path / "home", temporal_address=address, directory_file=directory, **changes)

    return settings


async def reached(settings: Settings, within: float = 10) -> bool:
    """Whether a client that is told these settings talks to the server."""
    try:
        client = await connect(
            settings.temporal_address,
            settings.namespace,
            new_ring(),
            within=timedelta(seconds=within),
            wire=wire_of(settings),
        )
        return await client.service_client.check_health()
    except HoldfastError as error:
        if error.code is not Code.UNREACHABLE:
            raise
        return False


async def test_a_server_behind_our_authority_is_reached_and_no_other_way_is(
    temporal_server: EmbeddedServer, authority: Authority, tmp_path: Path, told: Callable[..., Settings]
) -> None:
    other = Authority(tmp_path / "other")
    async with terminator(temporal_server.address, authority.issue("localhost")) as address:
        assert await reached(told(address, temporal_tls_ca=authority.file))
        refused = [
            told(address),
            told(address, temporal_tls=True),
            told(address, temporal_tls_ca=other.file),
            told(address, temporal_tls_ca=authority.file, temporal_tls_name="temporal.example.org"),
        ]
        assert await asyncio.gather(*(reached(each, 1) for each in refused)) == [False] * len(refused)


async def test_a_server_is_known_by_the_name_that_it_was_promised_under(
    temporal_server: EmbeddedServer, authority: Authority, told: Callable[..., Settings]
) -> None:
    async with terminator(temporal_server.address, authority.issue("temporal.example.org")) as address:
        named = told(address, temporal_tls_ca=authority.file, temporal_tls_name="temporal.example.org")
        assert await reached(named)
        assert not await reached(told(address, temporal_tls_ca=authority.file), 1)


async def test_a_server_that_asks_who_we_are_is_shown_our_certificate(
    temporal_server: EmbeddedServer, authority: Authority, tmp_path: Path, told: Callable[..., Settings]
) -> None:
    ours, strangers = authority.issue("worker.example.org"), Authority(tmp_path / "other").issue("worker.example.org")
    async with terminator(temporal_server.address, authority.issue("localhost"), authority.file) as address:

        def shown(pair: Pair | None) -> Settings:
            own = {"temporal_tls_cert": pair.certificate, "temporal_tls_key": pair.key} if pair else {}
            return told(address, temporal_tls_ca=authority.file, **own)

        assert await reached(shown(ours))
        assert not await reached(shown(None), 1)
        assert not await reached(shown(strangers), 1)


async def test_setup_and_the_desk_go_the_same_way(
    temporal_server: EmbeddedServer, authority: Authority, told: Callable[..., Settings]
) -> None:
    async with terminator(temporal_server.address, authority.issue("localhost")) as address:
        settings = told(address, temporal_tls_ca=authority.file)
        made = dict(await install(settings, ("keys", "namespace"), timedelta(seconds=20)))
        assert "search attributes are there" in made["namespace default"]
        async with open_desk(settings) as parts:
            assert (await parts.probe()).temporal == "reachable"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"temporal_tls_ca": "nothing.pem"}, "HOLDFAST_TEMPORAL_TLS_CA"),
        ({"temporal_tls_ca": "text.pem"}, "HOLDFAST_TEMPORAL_TLS_CA"),
        ({"temporal_tls_cert": "ours.example.org.pem"}, "belong together"),
        ({"temporal_tls_cert": "ours.example.org.pem", "temporal_tls_key": "text.pem"}, "HOLDFAST_TEMPORAL_TLS_KEY"),
        ({"temporal_tls_cert": "ours.example.org.pem", "temporal_tls_key": "open.key"}, "its owner only"),
        ({"temporal_api_key": "SYNTHETIC"}, "HOLDFAST_TEMPORAL_API_KEY"),
    ],
)
def test_a_wire_that_cannot_be_protected_is_refused_by_its_settings_name(
    authority: Authority, tmp_path: Path, told: Callable[..., Settings], changes: dict[str, str], named: str
) -> None:
    pair, pki = authority.issue("ours.example.org"), tmp_path / "pki"
    (pki / "text.pem").write_text("SYNTHETIC: no certificate")
    (pki / "text.pem").chmod(0o600)
    (pki / "open.key").write_bytes(pair.key.read_bytes())
    (pki / "open.key").chmod(0o644)
    given = {name: value if name.endswith("api_key") else pki / value for name, value in changes.items()}
    with pytest.raises(HoldfastError) as refused:
        wire_of(told("127.0.0.1:9", **given))
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert named in refused.value.sentence
    assert "SYNTHETIC" not in refused.value.sentence


def test_a_key_over_tls_is_passed_on(told: Callable[..., Settings]) -> None:
    wire = wire_of(told("127.0.0.1:9", temporal_tls=True, temporal_api_key="SYNTHETIC"))
    assert wire.options()["api_key"] == "SYNTHETIC"
    assert wire.options()["tls"]
    assert "SYNTHETIC" not in repr(wire)
