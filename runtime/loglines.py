"""Pure: lines of the processes, as the supervisor hands them on, with the name of who said them."""

from __future__ import annotations

import json

from common.redaction import redact


def text_line(name: str, line: str) -> str:
    return f"{name:<5}| {line}"


def json_line(name: str, line: str) -> str:
    """An object gets the name; anything else (a traceback of an interpreter that ends) becomes one."""
    try:
        said = json.loads(line) if line.startswith("{") else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        said = {"level": "info", "logger": "output", "event": redact(line)}
    return json.dumps({"process": name, **said}, ensure_ascii=False)
