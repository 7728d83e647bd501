"""`python -m config.bootstrap`: invents the secrets the project needs, once, into `.env`.

Runs before settings can be read, so it uses no settings.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from config.env import read_dotenv

INVENTED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: Fernet.generate_key().decode(),
}


def missing_secrets(environ: Mapping[str, str], dotenv: Mapping[str, str]) -> list[str]:
    """Names that neither the environment nor `.env` gives, directly or by NAME_FILE."""
    return [
        name
        for name in INVENTED
        if not any(layer.get(key) for layer in (environ, dotenv) for key in (name, f"{name}_FILE"))
    ]


def write_secrets(path: Path, names: list[str]) -> None:
    """Appends new secrets; the file can be read by its owner only from its first byte on."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+", encoding="utf-8") as file:
        path.chmod(0o600)
        file.seek(0)
        content = file.read()
        if content and not content.endswith("\n"):
            file.write("\n")
        for name in names:
            file.write(f"{name}={INVENTED[name]()}\n")


def main() -> int:
    path = Path(os.environ.get("ENV_FILE") or Path(__file__).resolve().parent.parent / ".env")
    names = missing_secrets(os.environ, read_dotenv(path))
    if names:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secrets(path, names)
        sys.stdout.write(f"Wrote {' and '.join(names)} into {path.name} (keep a copy of it).\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
