"""What the pages tell people to type is there: options, services, units, programs."""

from __future__ import annotations

import argparse
import os
import re

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.docs.pages import ROOT, name_of, pages, text_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

every_page = pytest.mark.parametrize("name", [name_of(page) for page in pages()])


def options_of(command: str) -> set[str]:
    parser = load_command_class(get_commands()[command], command).create_parser("", command)
    return {
        option
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction)
        for option in action.option_strings
    }


@every_page
def test_every_option_of_a_management_command_exists(name: str) -> None:
    calls = re.findall(r"(?:manage\.py|deploy/manage) ([a-z_]+)([^\n`#;]*)", text_of(name))
    for command, rest in calls:
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest))
        assert named <= options_of(command), f"{name}: manage.py {command}{rest}"


@every_page
def test_every_service_of_compose_that_is_named_exists(name: str) -> None:
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    words = r"(?:exec|logs|stop|ps)(?: -T)?((?: [a-z]+\b)+)"
    for named in re.findall(rf"docker compose {words}", text_of(name)):
        first = named.split()[0]
        assert first in services or first == "python", f"{name}: docker compose ... {named}"


@every_page
def test_every_unit_that_is_named_exists(name: str) -> None:
    units = {path.stem for path in (ROOT / "deploy" / "systemd").glob("*.service")}
    named = re.findall(r"(?:systemctl [a-z-]+(?: --now)?|--unit) (stock-[\w-]+)", text_of(name))
    assert set(named) <= units


@every_page
def test_every_file_of_deploy_that_is_named_exists(name: str) -> None:
    for path in re.findall(r"(?<![\w/.])deploy/[\w./-]*[\w]", text_of(name)):
        found = list(ROOT.glob(f"{path}*"))
        assert found, f"{name} names {path}"


def test_the_command_of_the_service_can_be_run() -> None:
    assert os.access(ROOT / "deploy" / "manage", os.X_OK)
