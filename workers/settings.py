"""What an operator may set, in one place; read once by a composition root and passed on, never read by workflows."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from domain.errors import Code, HoldfastError

PREFIX = "HOLDFAST_"
TOML_FILE = "holdfast.toml"
SECRETS = "/run/secrets"  # where container engines put secrets; each file `holdfast_<name>` there is a setting

Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Address = Annotated[str, StringConstraints(pattern=r"^\S+:\d{1,5}$")]
Port = Annotated[int, Field(ge=1, le=65535)]


class _SecretFiles(SecretsSettingsSource):
    """An empty file is no value: a container engine cannot leave a file out, and some are optional."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, name, is_complex = super().get_field_value(field, field_name)
        return value or None, name, is_complex


class Settings(BaseSettings):
    """Every setting is `HOLDFAST_<NAME>` in the environment, then in `.env`, then a file `holdfast_<name>` in the
    directory of secrets, then `<name>` in `holdfast.toml`.

    A name in a file that is no setting is refused. Other variables of the environment are not: platforms such as
    Kubernetes put their own `HOLDFAST_…` there.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # a deployment passes what is optional as an empty variable or file
        dotenv_filtering="match_prefix",  # other tools, docker compose for one, keep their values in the same file
        toml_file=TOML_FILE,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(Path(".holdfast"), description="Directory of all state, keys included")
    keys: Path | None = Field(None, description="Directory of the keys, if not `keys` under home")
    secrets: Path = Field(
        Path(SECRETS), description="Directory of files `holdfast_<name>` that each hold one setting; environment only"
    )
    temporal_address: Address = Field("127.0.0.1:7233", description="host:port of the Temporal frontend")
    temporal_tls: bool = Field(False, description="TLS to Temporal; any of the four below switches it on too")
    temporal_tls_ca: Path | None = Field(None, description="Root certificates to trust, PEM; else the system's")
    temporal_tls_cert: Path | None = Field(None, description="Our client certificate, PEM")
    temporal_tls_key: Path | None = Field(None, description="The key of our client certificate, PEM")
    temporal_tls_name: str = Field("", description="Name on Temporal's certificate, if not that of its address")
    temporal_api_key: SecretStr | None = Field(None, description="API key for Temporal; only over TLS")
    namespace: str = Field("default", min_length=1, description="Temporal namespace")
    temporal_binary: Path | None = Field(None, description="The `temporal` binary of the embedded server")
    store_url: str = Field(
        "", repr=False, description="sqlite:///FILE or postgresql://…; empty is an SQLite file under home"
    )
    desk_url: Url = Field("http://127.0.0.1:8700", description="Where people and programs reach the desk")
    platform_url: Url | None = Field(None, description="The platform's enforcement API")
    platform_token: SecretStr | None = Field(None, description="Bearer token of the platform")
    portal_url: Url | None = Field(None, description="The disclosure portal")
    portal_token: SecretStr | None = Field(None, description="Bearer token of the portal")
    pager_url: Url | None = Field(None, description="Where pages are sent")
    pager_secret: SecretStr | None = Field(None, description="Signs what is sent to the pager")
    witness_url: Url | None = Field(None, description="Who keeps our checkpoints out of our reach; unset is nobody")
    witness_token: SecretStr | None = Field(None, description="Bearer token of the witness")
    smtp_host: str = Field("127.0.0.1", min_length=1, description="Mail relay")
    smtp_port: Port = Field(25, description="Port of the mail relay")
    mail_from: str = Field("holdfast@example.org", min_length=3, description="Sender of our mail")
    slack_api_url: Url | None = Field(None, description="Slack's Web API, if not Slack's own")
    slack_bot_token: SecretStr | None = Field(None, description="Bot token (xoxb-…)")
    slack_app_token: SecretStr | None = Field(None, description="App token for Socket Mode (xapp-…)")
    slack_signing_secret: SecretStr | None = Field(
        None, description="Proves what Slack sends over HTTP; used where there is no app token"
    )
    slack_listen: Address = Field("127.0.0.1:8701", description="host:port where the desk hears Slack over HTTP")
    intake_file: Path | None = Field(
        None, description="The ways in and the names of their key files; else sources.yaml under home, if it is there"
    )
    intake_listen: Address | None = Field(
        None, description="host:port for signed requests and the form for law enforcement; unset is no such door"
    )
    intake_smtp: Address | None = Field(None, description="host:port on which mail is taken in; unset takes none")
    directory_file: Path | None = Field(None, description="People, roles and rosters")
    rota_file: Path | None = Field(None, description="Who is on duty when; else rota.yaml under home, if it is there")
    hash_list: Path | None = Field(
        None,
        description="Hash list that attachments are looked up in, `algorithm hash label` a line; without one none is "
        "examined, and a person is asked",
    )
    hash_list_name: str = Field(
        "hash list", min_length=1, description="Whose list that is; a sealed attachment's record names it"
    )
    pagerduty_url: Url = Field("https://api.pagerduty.com", description="PagerDuty's REST API, for its schedules")
    pagerduty_token: SecretStr | None = Field(None, description="Read-only API key of PagerDuty, for its schedules")
    stand_ins: bool = Field(False, description="Every outside party here is a stand-in; only then may drills be played")
    drill_factor: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Below 1, every case declared at this desk is a drill, its patience this much shorter",
    )
    deadman_url: SecretStr | None = Field(None, description="The dead man's switch that the auditor keeps quiet")
    auditor_every: float = Field(30.0, ge=0.1, le=3600, description="Seconds from one round of the auditor to the next")
    auditor_grace: float = Field(
        90.0,
        ge=0,
        le=3600,
        description="Seconds that what should happen by itself may be late before the auditor calls",
    )
    auditor_roles: str = Field("engineer", description="Whom the auditor calls: roles, separated by commas")
    auditor_urgent_roles: str = Field(
        "engineer,duty-manager", description="Whom the auditor calls about a P0 or P1 case, and about itself"
    )
    otlp_endpoint: Url | None = Field(
        None, description="Collector for traces and metrics, OTLP over HTTP; without it none are made"
    )
    otlp_headers: SecretStr | None = Field(None, description="Headers for the collector, name=value,name=value")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged")

    @field_validator(
        "home", "keys", "temporal_tls_ca", "temporal_tls_cert", "temporal_tls_key", "hash_list", mode="after"
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls)
        if not (folder := secrets_folder()).is_dir():
            return init_settings, env_settings, dotenv_settings, toml
        return init_settings, env_settings, dotenv_settings, _SecretFiles(settings_cls, folder), toml

    def model_post_init(self, context: Any, /) -> None:
        if not self.store_url:
            # The default lies under another setting, and the model is frozen for everybody else.
            self.__dict__["store_url"] = f"sqlite+aiosqlite:///{self.home / 'holdfast.db'}"

    @property
    def keys_dir(self) -> Path:
        """Where the keys lie; in production each process sees its own only, see `workers/needs.py`."""
        return self.keys or self.home / "keys"

    @property
    def codec_ring(self) -> Path:
        """Key ring that seals what Temporal carries."""
        return self.keys_dir / "codec.json"

    @property
    def store_ring(self) -> Path:
        """Key ring that wraps the store's key of each case."""
        return self.keys_dir / "store.json"

    @property
    def outside_key(self) -> Path:
        """Key of the ids that leave us."""
        return self.keys_dir / "outside.key"

    @property
    def desk_key(self) -> Path:
        """The desk's private Ed25519 key; only the desk's process reads it."""
        return self.keys_dir / "desk.ed25519"

    @property
    def desk_public_key(self) -> Path:
        """What workers verify decisions with."""
        return self.keys_dir / "desk.pub"

    @property
    def notary_key(self) -> Path:
        """The private Ed25519 key that signs checkpoints and exports; only the desk's process reads it."""
        return self.keys_dir / "checkpoint.ed25519"

    @property
    def notary_public_key(self) -> Path:
        """What auditors verify checkpoints and exports with; publish it."""
        return self.keys_dir / "checkpoint.pub"

    @property
    def directory_path(self) -> Path:
        """The directory file: the setting, else `directory.yaml` under home."""
        return self.directory_file or self.home / "directory.yaml"

    @property
    def intake_path(self) -> Path:
        """The file of the ways in: the setting, else `sources.yaml` under home, where it need not be."""
        return self.intake_file or self.home / "sources.yaml"

    @property
    def intake_keys(self) -> Path:
        """Where the keys of the ways in lie; only the desk's process reads them."""
        return self.keys_dir / "intake"

    @property
    def rota_path(self) -> Path:
        """The rota file: the setting, else `rota.yaml` under home, where it need not be."""
        return self.rota_file or self.home / "rota.yaml"

    @property
    def temporal_dir(self) -> Path:
        """State of the embedded Temporal server."""
        return self.home / "temporal"

    def required(self, name: str) -> str:
        """The plain text of an optional setting, for the part that cannot work without it.

        Raises:
            HoldfastError: `broken-configuration` if it is not set.
        """
        value = getattr(self, name)
        if value is None:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{PREFIX}{name.upper()} is not set")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def secrets_folder() -> Path:
    """The directory of secrets. It must be known before any setting is."""
    return Path(os.environ.get(f"{PREFIX}SECRETS", SECRETS))


def _problem(error: ValidationError) -> str:
    found = error.errors(include_input=False, include_context=False, include_url=False)
    lines = []
    for item in found:
        name = PREFIX + "_".join(str(part) for part in item["loc"][:1]).upper()
        unknown = item["type"] == "extra_forbidden"
        lines.append(f"{name} is not a setting" if unknown else f"{name}: {item['msg'].lower()}")
    return "; ".join(lines)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over every source.

    Raises:
        HoldfastError: `broken-configuration`, naming each wrong setting and never its value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, _problem(error)) from None  # the cause would carry values
    except tomllib.TOMLDecodeError:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{TOML_FILE} is not valid TOML") from None
    except (OSError, UnicodeDecodeError):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{TOML_FILE}, .env or a secret cannot be read") from None
