"""What the API takes in. A module of its own: the framework loads it before its views."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32
# PostgreSQL stores no null character; a half of a surrogate pair is no text in any encoding.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(JSONParser):
    """JSON that every database can store: texts without null characters and halves of surrogate
    pairs, of bounded depth (its size is bounded by the framework). Raises ParseError."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        _refuse_unstorable(value)
        return value


def _refuse_unstorable(value: Any) -> None:
    todo = [(value, 0)]
    while todo:
        part, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise ParseError("The JSON is nested too deeply.")
        if isinstance(part, str) and UNSTORABLE.search(part):
            raise ParseError("A text holds a null or surrogate character.")
        if isinstance(part, dict):
            todo += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            todo += [(inner, depth + 1) for inner in part]
