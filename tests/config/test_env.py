from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.env import Env, read_dotenv

pytestmark = [pytest.mark.unit, pytest.mark.once]


def env(**values: str) -> Env:
    return Env(values, {})


def test_the_environment_wins_over_the_file_and_the_file_over_the_default() -> None:
    both = Env({"A": "one"}, {"A": "two", "B": "three"})
    assert [both.text("A", "x"), both.text("B", "x"), both.text("C", "x")] == ["one", "three", "x"]


def test_an_empty_value_means_the_default() -> None:
    assert env(PORT="  ").integer("PORT", 8000) == 8000


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=plain", "plain"),
        ("export KEY = spaced ", "spaced"),
        ("KEY='# kept' ", "# kept"),
        ('KEY="quoted value"', "quoted value"),
        ("KEY=value # comment", "value"),
        ("KEY=a#b", "a#b"),
        ("KEY=# nothing", ""),
        ("KEY=x=y==", "x=y=="),
    ],
)
def test_a_dotenv_line_is_read(tmp_path: Path, line: str, value: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"# head\n\nnot a setting\n{line}\n")
    assert read_dotenv(path) == {"KEY": value}


def test_a_missing_dotenv_is_empty(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / "none") == {}


def test_env_file_names_another_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").write_text("NAME_OF_A_TEST=found\n")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "other"))
    assert Env.load(tmp_path).text("NAME_OF_A_TEST") == "found"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from-file\n")
    assert env(TOKEN_FILE=str(path)).secret("TOKEN") == "from-file"
    assert env(TOKEN="direct", TOKEN_FILE=str(path)).secret("TOKEN") == "direct"
    assert env().secret("TOKEN", "default") == "default"


def test_a_secret_file_that_cannot_be_read_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="TOKEN_FILE"):
        env(TOKEN_FILE=str(tmp_path / "none")).secret("TOKEN")


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("ON", True), ("0", False), ("no", False)]
)
def test_words_for_yes_and_no(word: str, value: bool) -> None:
    assert env(DEBUG=word).flag("DEBUG", default=not value) is value


def test_lists_ports_networks_and_keys_are_read() -> None:
    key = Fernet.generate_key().decode()
    values = env(
        HOSTS="a, b,,",
        PORTS="80, 8443",
        NETS="10.0.0.0/8, ::1/128",
        KEYS=f"{key},{key}",
        U="http://x/",
    )
    assert values.words("HOSTS") == ["a", "b"]
    assert values.words("OTHER", ("c",)) == ["c"]
    assert values.ports("PORTS", (1,)) == [80, 8443]
    assert values.networks("NETS") == [ip_network("10.0.0.0/8"), ip_network("::1/128")]
    assert values.fernet_keys("KEYS") == [key, key]
    assert values.url("U", "") == "http://x"
    assert values.number("SHARE", 0.5) == 0.5
    assert values.choice("LEVEL", "INFO", ("INFO", "DEBUG")) == "INFO"


def test_every_read_is_noted() -> None:
    values = env()
    values.text("A")
    values.secret("B")
    assert values.names == {"A", "B"}
    assert values.secret_names == {"B"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flag", "maybe"),
        ("integer", "4"),
        ("integer", "many"),
        ("number", "1.5"),
        ("ports", "80,web"),
        ("ports", "70000"),
        ("networks", "10.0.0.1/8"),
        ("url", "shop.example"),
        ("zone", "Mars/Olympus"),
        ("zone", "../etc/passwd"),
        ("choice", "LOUD"),
        ("fernet_keys", "short"),
    ],
)
def test_a_wrong_value_stops_with_the_variable_named_and_the_value_kept_quiet(
    name: str, value: str
) -> None:
    values = env(WRONG=value)
    read = {
        "flag": lambda: values.flag("WRONG", default=False),
        "integer": lambda: values.integer("WRONG", 60, low=5),
        "number": lambda: values.number("WRONG", 0.2, high=1.0),
        "ports": lambda: values.ports("WRONG", (80,)),
        "networks": lambda: values.networks("WRONG"),
        "url": lambda: values.url("WRONG", ""),
        "zone": lambda: values.zone("WRONG", "UTC"),
        "choice": lambda: values.choice("WRONG", "INFO", ("INFO",)),
        "fernet_keys": lambda: values.fernet_keys("WRONG"),
    }[name]
    with pytest.raises(ImproperlyConfigured, match="WRONG is wrong: expected") as caught:
        read()
    if len(value) > 3:
        assert value not in str(caught.value)
