"""YAML text to plain values, with limits. No tags, no anchors, no surprises.

Only `null`, `true`, `false` and whole numbers are more than text (YAML 1.2): `22:00` stays a time and
`no` a word. Aliases are refused: a few lines of them unfold to gigabytes.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

from common.errors import InvalidInputError

MOST_BYTES = 10 * 1024 * 1024
DEEPEST = 10
VERSION = 1

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_QUOTED = ("'", '"', "|", ">")
_OPENS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSES = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _Dumper(_SafeDumper):  # type: ignore[misc]  # the C one, where it was built
    """Members of choices are texts; what stands in two places is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_multi_representer(str, lambda dumper, text: dumper.represent_str(str(text)))


def document_read(text: str) -> dict[str, Any]:
    """The mapping that the text holds. Raises InvalidInputError that names the line."""
    if len(text.encode()) > MOST_BYTES:
        _refuse(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    try:
        _look_over(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(f"This is not YAML: {error.problem or error.context}", mark)
    except yaml.YAMLError as error:
        _refuse(f"This is not YAML: {error}")
    value = _value(node) if node is not None else None
    if not isinstance(value, dict):
        _refuse("The file must be a mapping with the keys version, team, websites ...")
    return value


def document_write(document: dict[str, Any]) -> str:
    """YAML that `document_read` reads back as it was."""
    written: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False,
        width=100,
    )  # fmt: skip
    return written


def _look_over(text: str) -> None:
    """Event by event, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            _refuse("Aliases (*name) are not allowed: write it out.", event.start_mark)
        if isinstance(event, _OPENS):
            depth += 1
        elif isinstance(event, _CLOSES):
            depth -= 1
        if depth > DEEPEST:
            _refuse("This is nested too deeply.", event.start_mark)


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one) for one in node.value]
    text = str(node.value)
    if getattr(node, "style", None) in _QUOTED:
        return text
    if _NUMBER.fullmatch(text):
        return int(text)
    return _WORDS.get(text.lower(), text)


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            _refuse("A key must be a word.", key.start_mark)
        if key.value in found:
            _refuse(f"The key {key.value} is there twice.", key.start_mark)
        found[key.value] = _value(value)
    return found


def _refuse(message: str, mark: Any = None) -> NoReturn:
    where = f"line {mark.line + 1}: " if mark is not None else ""
    raise InvalidInputError(f"{where}{message}", fields={"file": [f"{where}{message}"]})
