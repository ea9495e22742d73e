"""A drill is apart from everything real, by three walls: it refuses to begin where a real party is configured, its
processes get settings of their own, and each step that lets something leave refuses a drill where parties are real.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from domain.errors import Code, HoldfastError
from workers.settings import PREFIX, Settings

_HERE = ("127.0.0.1", "::1", "localhost")
_PARTIES = ("platform_url", "portal_url", "pager_url", "witness_url", "slack_api_url", "deadman_url")
# A party whose address is not ours to set, or has an address of its own until we set one: its credentials name it.
_CREDENTIALS = {
    "slack_bot_token": "slack_api_url",
    "slack_app_token": "slack_api_url",
    "pagerduty_token": "pagerduty_url",
}
_KEPT = ("temporal_binary", "log_level")


def real_parties(settings: Settings) -> tuple[str, ...]:
    """The settings, by name, that lead to somebody outside this machine who is no stand-in."""
    found = [name for name in _PARTIES if (url := _plain(getattr(settings, name))) and not _here(url)]
    found += [
        token
        for token, address in _CREDENTIALS.items()
        if getattr(settings, token) is not None and not _here(_plain(getattr(settings, address)))
    ]
    if settings.smtp_host not in _HERE:
        found.append("smtp_host")
    return tuple(f"{PREFIX}{each.upper()}" for each in found)


def refuse_real(settings: Settings) -> None:
    """
    Raises:
        HoldfastError: `not-allowed`, naming the settings and never their values.
    """
    if real := real_parties(settings):
        raise HoldfastError(
            Code.NOT_ALLOWED,
            f"drills are played only where every outside party is a stand-in; {', '.join(real)} leads to a real one",
        )


def apart(settings: Settings, home: Path) -> Settings:
    """Settings for a stack of its own under `home`: nothing of this deployment but the binary of its server."""
    own = {
        name: field.default
        for name, field in type(settings).model_fields.items()
        if name not in _KEPT and not field.is_required()
    }
    return settings.model_copy(
        update={
            **own,
            "home": home,
            "secrets": home / "no-secrets",
            "store_url": f"sqlite+aiosqlite:///{home / 'holdfast.db'}",
            "stand_ins": True,
            "pagerduty_url": "http://127.0.0.1:9",  # the port of discard: the default is PagerDuty's own address
        }
    )


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


def _here(url: str) -> bool:
    return (urlsplit(url).hostname or "") in _HERE
