"""Which parts there are, and how one is run in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench.findings import Finding
from bench.lab import Lab, Size, of_world, world


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    title: str
    is_quick: bool = True
    """False: too long for --quick."""

    @property
    def measure(self) -> Callable[[Lab], list[Finding]]:
        found: Callable[[Lab], list[Finding]] = import_module(f"bench.{self.name}").measure
        return found


PARTS = (
    Part("cycles", "Monitors per CPU second"),
    Part("storefront", "Public pages, monitors per CPU second"),
    Part("statements", "Statements of a poll"),
    Part("latency", "Seen to delivered"),
    Part("clusters", "Several clusters"),
    Part("restock", "1,000 products restocked at once"),
    Part("sick", "A hung and a failing website beside healthy ones"),
    Part("growth", "Cost as monitors grow"),
    Part("adding", "Adding 1,000 monitors"),
    Part("desk", "Pages of the desk at 100,000 monitors"),
    Part("storage", "Bytes stored"),
    Part("disk", "A year on disk", is_quick=False),
    Part("memory", "Memory of the default processes"),
)


def run(name: str, size: Size, folder: Path, *, profile: bool) -> int:
    """Measures one part in a process that has the environment of the lab; its findings go to
    `<name>.json` in the folder."""
    part = next(one for one in PARTS if one.name == name)
    with world() as remote:
        os.environ.update(of_world(remote))
        import django

        django.setup()
        logging.disable(logging.WARNING)
        lab = Lab(remote, folder, size)
        try:
            if profile:
                from bench.profiling import profiled

                findings = profiled(lambda: part.measure(lab))
            else:
                findings = part.measure(lab)
        except Exception:
            traceback.print_exc()
            return 1
    text = json.dumps([one.as_dict() for one in findings])
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return 0


def read(name: str, folder: Path) -> list[Finding]:
    """What the process of a part left; one line that says so when it left nothing."""
    file = folder / f"{name}.json"
    if not file.is_file():
        return [Finding(name, None, note="failed, see above", at_most=0)]
    return [Finding(**one) for one in json.loads(file.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    _name, _size, _folder, _profile = sys.argv[1:]
    raise SystemExit(run(_name, _size, Path(_folder), profile=_profile == "yes"))  # type: ignore[arg-type]
