"""How the wire to Temporal is protected: certificates and an API key, read once and passed to every client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from temporalio.service import TLSConfig

from domain.errors import Code, HoldfastError


@dataclass(frozen=True, repr=False)
class Wire:
    """`tls` None is a plain connection, for one machine or a network of its own."""

    tls: TLSConfig | None = None
    api_key: str | None = None

    def options(self) -> dict[str, Any]:
        """What `Client.connect` is told. Never the SDK's own choice: with a key alone it would turn TLS on itself."""
        return {"tls": self.tls or False, "api_key": self.api_key}


PLAIN = Wire()


def open_wire(
    *,
    tls: bool = False,
    ca: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    name: str = "",
    api_key: str | None = None,
) -> Wire:
    """Read the files. TLS is on if any of them, a name or `tls` is given.

    Raises:
        HoldfastError: `broken-configuration`, naming the setting: a file that is no PEM, a certificate without its key,
            an API key that would cross the network in clear.
    """
    if (certificate is None) != (key is None):
        raise _broken("HOLDFAST_TEMPORAL_TLS_CERT and HOLDFAST_TEMPORAL_TLS_KEY belong together")
    if not (tls or ca or certificate or name):
        if api_key:
            raise _broken("HOLDFAST_TEMPORAL_API_KEY needs HOLDFAST_TEMPORAL_TLS")
        return PLAIN
    config = TLSConfig(
        server_root_ca_cert=_certificates(ca, "HOLDFAST_TEMPORAL_TLS_CA"),
        domain=name or None,
        client_cert=_certificates(certificate, "HOLDFAST_TEMPORAL_TLS_CERT"),
        client_private_key=_private(key),
    )
    return Wire(config, api_key)


def _certificates(path: Path | None, setting: str) -> bytes | None:
    if path is None:
        return None
    data = _read(path, setting)
    try:
        x509.load_pem_x509_certificates(data)
    except ValueError:
        raise _broken(f"{setting} is no certificate in PEM") from None
    return data


def _private(path: Path | None) -> bytes | None:
    if path is None:
        return None
    data = _read(path, "HOLDFAST_TEMPORAL_TLS_KEY")
    if path.stat().st_mode & 0o077:
        raise _broken("HOLDFAST_TEMPORAL_TLS_KEY must be readable by its owner only")
    try:
        load_pem_private_key(data, None)
    except (ValueError, TypeError):  # TypeError: it wants a password
        raise _broken("HOLDFAST_TEMPORAL_TLS_KEY is no private key in PEM without a password") from None
    return data


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise _broken(f"{setting} cannot be read") from None


def _broken(what: str) -> HoldfastError:
    return HoldfastError(Code.BROKEN_CONFIGURATION, what)
