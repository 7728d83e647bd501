"""Reads settings from the environment, then `.env`, then the default; a wrong value names itself.

Every read is noted in `Env.names`, so that a test can hold `.env.example` against the truth.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from common.rates import Rate

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def read_dotenv(path: Path) -> dict[str, str]:
    """KEY=value lines; quotes around a value are dropped, `#` after a blank starts a comment."""
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        name, raw = match.groups()
        if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'":
            raw = raw[1:-1]
        else:
            raw = re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].rstrip()
        values[name] = raw
    return values


class Env:
    """Typed access to one layered set of values. An empty value means: use the default."""

    def __init__(self, environ: Mapping[str, str], dotenv: Mapping[str, str]) -> None:
        self._layers = (environ, dotenv)
        self.names: set[str] = set()
        self.secret_names: set[str] = set()  # these may be given as NAME_FILE too

    @classmethod
    def load(cls, base_dir: Path) -> Env:
        """The process environment over BASE_DIR/.env (or the file that ENV_FILE names)."""
        path = Path(os.environ.get("ENV_FILE") or base_dir / ".env")
        return cls(os.environ, read_dotenv(path))

    def _raw(self, name: str) -> str:
        self.names.add(name)
        for layer in self._layers:
            value = layer.get(name, "").strip()
            if value:
                return value
        return ""

    def _convert(self, name: str, default: T, convert: Callable[[str], T], expected: str) -> T:
        raw = self._raw(name)
        if not raw:
            return default
        try:
            return convert(raw)
        except (ValueError, KeyError):
            # The value is not repeated: it may be a secret put into the wrong line.
            raise ImproperlyConfigured(f"{name} is wrong: expected {expected}.") from None

    def text(self, name: str, default: str = "") -> str:
        return self._raw(name) or default

    def secret(self, name: str, default: str = "") -> str:
        """NAME, or the content of the file that NAME_FILE names (container secrets)."""
        self.secret_names.add(name)
        value = self._raw(name)
        if value:
            return value
        path = next(
            (v for layer in self._layers if (v := layer.get(f"{name}_FILE", "").strip())), ""
        )
        if not path:
            return default
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read.") from None

    def numbered(
        self, prefix: str, parts: tuple[str, ...], secret_parts: tuple[str, ...]
    ) -> dict[int, dict[str, str]]:
        """PREFIX_<n>_PART settings by number; parts that are not set are left out.

        Names that start with PREFIX_<digits>_ and mean nothing come under number 0, for whoever
        uses the settings to complain about. Those of number 1 stand for all in `names`.
        """
        found: dict[int, dict[str, str]] = {}
        for part in parts:
            self.names.add(f"{prefix}_1_{part}")
            if part in secret_parts:
                self.secret_names.add(f"{prefix}_1_{part}")
        form = re.compile(rf"{prefix}_([1-9]\d{{0,3}})_({'|'.join(parts)})(_FILE)?")
        for name in sorted({one for layer in self._layers for one in layer}):
            if not re.match(rf"{prefix}_\d+_", name):
                continue
            match = form.fullmatch(name)
            if match is None or (match[3] and match[2] not in secret_parts):
                found.setdefault(0, {})[name] = ""
                continue
            reader = Env(*self._layers)  # not noted: the example names number 1 only
            plain = f"{prefix}_{match[1]}_{match[2]}"
            value = reader.secret(plain) if match[2] in secret_parts else reader.text(plain)
            if value:
                found.setdefault(int(match[1]), {})[match[2]] = value
        return found

    def parsed(
        self, name: str, default: str, parse: Callable[[str], dict[str, Any]], expected: str
    ) -> dict[str, Any]:
        """A secret address taken apart by `parse`, which raises or returns {} for a wrong one."""
        try:
            parts = dict(parse(self.secret(name) or default))
        except (ValueError, KeyError, ImproperlyConfigured):
            parts = {}
        if not parts:
            raise ImproperlyConfigured(f"{name} is wrong: expected {expected}.")
        return parts

    def address(self, name: str, schemes: tuple[str, ...], expected: str) -> str:
        """A secret address of one of these schemes, as it was given; "" when it is not set."""
        raw = self.secret(name)
        try:
            parts = urlsplit(raw)
            is_right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_right = False
        if raw and not is_right:
            raise ImproperlyConfigured(f"{name} is wrong: expected {expected}.")
        return raw

    def flag(self, name: str, *, default: bool) -> bool:
        def convert(raw: str) -> bool:
            word = raw.lower()
            if word in _TRUE | _FALSE:
                return word in _TRUE
            raise ValueError(word)

        return self._convert(name, default, convert, "true or false")

    def integer(self, name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
        def convert(raw: str) -> int:
            number = int(raw)
            if not low <= number <= high:
                raise ValueError(raw)
            return number

        return self._convert(name, default, convert, f"a whole number from {low} to {high}")

    def number(self, name: str, default: float, *, low: float = 0.0, high: float = 1e9) -> float:
        def convert(raw: str) -> float:
            number = float(raw)
            if not low <= number <= high:
                raise ValueError(raw)
            return number

        return self._convert(name, default, convert, f"a number from {low:g} to {high:g}")

    def rate(self, name: str, default: str) -> Rate | None:
        """A limit of requests, None for none."""
        return self._convert(name, Rate.parse(default), Rate.parse, "600/minute, or off")

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        def convert(raw: str) -> str:
            return {word.upper(): word for word in allowed}[raw.upper()]

        return self._convert(name, default, convert, "one of " + ", ".join(allowed))

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        raw = self._raw(name)
        return [word.strip() for word in raw.split(",") if word.strip()] if raw else list(default)

    def origins(self, name: str) -> list[str]:
        """Origins of browsers, as they write them: scheme, host and perhaps a port."""

        def convert(raw: str) -> list[str]:
            found = [word.strip() for word in raw.split(",") if word.strip()]
            for word in found:
                parts = urlsplit(word)
                if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
                    raise ValueError(word)
                if word != f"{parts.scheme}://{parts.netloc}" or "@" in word:
                    raise ValueError(word)
            return found

        return self._convert(name, [], convert, "origins like https://app.example, with commas")

    def ports(self, name: str, default: tuple[int, ...]) -> list[int]:
        def convert(raw: str) -> list[int]:
            ports = [int(word) for word in raw.split(",") if word.strip()]
            if not all(0 < port < 65536 for port in ports):
                raise ValueError(raw)
            return ports

        return self._convert(name, list(default), convert, "port numbers, separated by commas")

    def networks(self, name: str) -> list[Network]:
        def convert(raw: str) -> list[Network]:
            return [ipaddress.ip_network(w.strip()) for w in raw.split(",") if w.strip()]

        expected = "networks like 10.0.0.0/8, separated by commas"
        return self._convert(name, [], convert, expected)

    def url(self, name: str, default: str) -> str:
        """An http or https address, without the slash at its end."""

        def convert(raw: str) -> str:
            parts = urlsplit(raw)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(raw)
            return raw.rstrip("/")

        return self._convert(name, default, convert, "an address like https://example.com")

    def zone(self, name: str, default: str) -> str:
        def convert(raw: str) -> str:
            ZoneInfo(raw)
            return raw

        return self._convert(name, default, convert, "a time zone like Europe/Berlin")

    def fernet_keys(self, name: str) -> list[str]:
        """Keys for MultiFernet: the first encrypts, all decrypt."""
        keys = [word.strip() for word in self.secret(name).split(",") if word.strip()]
        try:
            for key in keys:
                Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} is wrong: expected Fernet keys (44 characters each), separated by commas."
            ) from None
        return keys
