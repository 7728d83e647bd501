from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config import bootstrap
from config.env import read_dotenv

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    path = tmp_path / "deep" / ".env"
    monkeypatch.setenv("ENV_FILE", str(path))
    return path


def test_secrets_are_invented_once_for_the_owner_only(
    dotenv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main() == 0
    first = read_dotenv(dotenv)
    assert len(first["SECRET_KEY"]) >= 50
    Fernet(first["FIELD_ENCRYPTION_KEYS"])
    assert stat.S_IMODE(dotenv.stat().st_mode) == 0o600
    told = capsys.readouterr().out
    assert first["SECRET_KEY"] not in told
    bootstrap.main()
    assert read_dotenv(dotenv) == first
    assert capsys.readouterr().out == ""


def test_what_is_there_is_kept_and_what_is_missing_is_appended(dotenv: Path) -> None:
    dotenv.parent.mkdir()
    dotenv.write_text("SECRET_KEY=mine\nPORT=9000")
    dotenv.chmod(0o644)
    bootstrap.main()
    found = read_dotenv(dotenv)
    assert found["SECRET_KEY"] == "mine"
    assert found["PORT"] == "9000"
    assert found["FIELD_ENCRYPTION_KEYS"]
    assert stat.S_IMODE(dotenv.stat().st_mode) == 0o600


def test_nothing_is_written_when_environment_or_files_give_the_secrets(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "given")
    monkeypatch.setenv("FIELD_ENCRYPTION_KEYS_FILE", "/run/secrets/keys")
    bootstrap.main()
    assert not dotenv.exists()
