"""What the pages point to is there."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from tests.docs.generated import settings_of_example
from tests.docs.pages import (
    DOCS,
    ROOT,
    anchors,
    code_blocks,
    links,
    name_of,
    pages,
    text_of,
    ticked,
)

pytestmark = [pytest.mark.unit, pytest.mark.once]

every_page = pytest.mark.parametrize("name", [name_of(page) for page in pages()])

# Read by the process itself, by its tools or by the container, so not in `.env.example`.
OUTSIDE = {
    "BENCH_DATABASE_URL",
    "ENV_FILE",
    "COMPOSE_FILE",
    "COMPOSE_PROFILES",
    "PRIVATE_ADDRESS",
    "DEMO_PORT",
    "TEST_DATABASE_URL",
    "TEST_WORKERS",
    "CHAOS_SECONDS",
    "CHAOS_SEED",
    "POSTGRES_PASSWORD",
    "NAME_FILE",
}
TOP = ("accounts", "bench", "common", "config", "demo", "docs", "monitoring", "notifications", "runtime",
       "scripts", "static", "templates", "tests", "websites")  # fmt: skip


@every_page
def test_every_relative_link_and_image_resolves(name):
    for target in links(text_of(name)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / name).parent / path if path else ROOT / name
        assert found.exists(), f"{name} points to {target}"
        if anchor:
            assert anchor in anchors(found.read_text(encoding="utf-8")), f"{name}: {target}"


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        waiting += [page.parent / link.partition("#")[0] for link in links(page.read_text("utf-8"))]
    assert {page.resolve() for page in DOCS.rglob("*.md")} <= seen


def test_every_picture_is_shown_somewhere():
    shown = {
        ((ROOT / name_of(page)).parent / link).resolve()
        for page in pages()
        for link in links(page.read_text("utf-8"))
    }
    assert {picture.resolve() for picture in (DOCS / "images").iterdir()} <= shown


@every_page
def test_every_make_target_exists(name):
    targets = set(re.findall(r"^([a-z_-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(
        re.findall(r"(?:`|^|&& |then )make ([a-z]+(?:-[a-z]+)*)", text_of(name), re.MULTILINE)
    )
    assert named <= targets


@every_page
def test_every_management_command_exists(name):
    named = set(re.findall(r"manage\.py ([a-z_]+)", text_of(name)))
    assert named <= set(get_commands())


@every_page
def test_every_file_that_is_named_exists(name):
    for word in ticked(text_of(name)):
        path = word.partition(":")[0]
        if re.fullmatch(rf"({'|'.join(TOP)})/[\w./-]*", path):
            assert (ROOT / path).exists(), f"{name} names {word}"


@every_page
def test_every_function_that_is_named_exists(name):
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in TOP for path in (ROOT / room).rglob("*.py")
    )
    for word in ticked(text_of(name)):
        if re.fullmatch(r"[a-z_.]+\(\)", word):
            last = word.removesuffix("()").rpartition(".")[2]
            assert f"def {last}(" in code or f" {last} = " in code, f"{name} names {word}"


@every_page
def test_every_test_that_is_named_exists(name):
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for test in re.findall(r"`(test_\w+)`", text_of(name)):
        assert f"def {test}(" in tests, f"{name} names {test}"


@every_page
def test_every_setting_that_is_named_exists(name):
    text = text_of(name)
    known = set(settings_of_example()) | OUTSIDE
    known |= {f"{name}_FILE" for name in settings_of_example()}
    lines = "\n".join(code_blocks(text, "sh") + code_blocks(text, "env"))
    lines = re.sub(r"^WEBSITE_\d+_", "WEBSITE_1_", lines, flags=re.MULTILINE)
    assert set(re.findall(r"^(?:export )?([A-Z][A-Z0-9_]+)=", lines, re.MULTILINE)) <= known | {
        "API",
        "KEY",
        "TOKEN",
    }
    code = "\n".join(
        path.read_text("utf-8") for room in TOP for path in (ROOT / room).rglob("*.py")
    )
    for word in ticked(text):
        setting = word.partition("=")[0].rstrip("*")
        if re.fullmatch(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*", setting):
            is_known = any(one.startswith(setting) for one in known)
            assert is_known or setting in code, f"{name} names {word}"


@every_page
def test_every_address_that_is_named_exists(name):
    text = text_of(name)
    found = re.findall(r"(?<![\w.])(?:\$API|/api/v1)(/[\w/{}-]*)", text)
    for path in found:
        real = "/api/v1" + re.sub(r"\{\w+\}", "1", path)
        try:
            resolve(real)
        except Resolver404:
            pytest.fail(f"{name} names {path}")
