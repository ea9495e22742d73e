"""Settings come from four places in one order, and a mistake is named without showing what was typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from workers.settings import PREFIX, Settings, load_settings


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def refusal(**overrides: object) -> str:
    with pytest.raises(HoldfastError) as refused:
        load_settings(**overrides)
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert refused.value.__cause__ is None, "a traceback would show the value"
    assert refused.value.__suppress_context__
    return refused.value.sentence


def test_without_any_setting_everything_lies_under_one_directory(tmp_path: Path) -> None:
    found = load_settings()
    assert found.home == tmp_path / ".holdfast"
    assert found.codec_ring == tmp_path / ".holdfast/keys/codec.json"
    assert found.store_url == f"sqlite+aiosqlite:///{tmp_path}/.holdfast/holdfast.db"
    assert found.temporal_address == "127.0.0.1:7233"


def test_the_environment_wins_over_dotenv_which_wins_over_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("holdfast.toml").write_text('namespace = "toml"\nmail_from = "toml@example.org"\nsmtp_port = 1025\n')
    Path(".env").write_text("HOLDFAST_NAMESPACE=dotenv\nHOLDFAST_SMTP_PORT=1026\n")
    monkeypatch.setenv("HOLDFAST_NAMESPACE", "environment")
    found = load_settings()
    assert (found.namespace, found.smtp_port, found.mail_from) == ("environment", 1026, "toml@example.org")
    assert load_settings(namespace="override").namespace == "override"


def test_an_unknown_name_in_a_file_is_refused_by_name() -> None:
    Path("holdfast.toml").write_text('namespaec = "hush-hush"\n')
    assert "HOLDFAST_NAMESPAEC is not a setting" in refusal()
    assert "hush" not in refusal()
    Path("holdfast.toml").unlink()
    Path(".env").write_text("HOLDFAST_NAMESPAEC=hush-hush\n")
    assert "HOLDFAST_NAMESPAEC is not a setting" in refusal()


def test_what_other_tools_keep_in_the_same_files_is_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("POSTGRES_PASSWORD=synthetic\n")
    monkeypatch.setenv("HOLDFAST_SERVICE_HOST", "10.0.0.1")  # as Kubernetes does for a service of our name
    assert load_settings().namespace == "default"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_no_mistake_shows_the_value_that_was_typed(name: str) -> None:
    sentence = refusal(**{name: ["hush-hush"]})  # a list fits no setting
    assert f"{PREFIX}{name.upper()}" in sentence
    assert "hush" not in sentence


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PLATFORM_TOKEN", "hush-hush")
    monkeypatch.setenv("HOLDFAST_STORE_URL", "postgresql+psycopg://holdfast:hush-hush@db.example.org/holdfast")
    found = load_settings()
    assert "hush" not in repr(found)
    assert found.required("platform_token") == "hush-hush"


def test_a_part_that_needs_an_unset_setting_names_it() -> None:
    with pytest.raises(HoldfastError, match="HOLDFAST_PLATFORM_URL is not set"):
        load_settings().required("platform_url")


def test_files_that_cannot_be_read_are_named() -> None:
    Path("holdfast.toml").write_text("hush-hush\n")
    assert "holdfast.toml is not valid TOML" in refusal()
    Path("holdfast.toml").write_bytes(b"namespace = '\xff'\n")
    assert "cannot be read" in refusal()


def test_settings_import_nothing_heavy() -> None:
    root = Path(__file__).parents[2]
    program = "import sys, workers.settings; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pydantic_settings" in loaded
    assert not {"temporalio", "sqlalchemy", "cryptography", "slack_sdk", "fastapi", "httpx"} & set(loaded)
