"""Checks the systemd units with systemd's own tool, below a temporary root; skips without the tool.

Nothing is installed or started. The programs a unit names need not be there. The units are checked
as they are, and once more with the drop-ins for several machines.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNITS = ROOT / "deploy" / "systemd"
DROP_INS = UNITS / "several-machines"
SYSTEM = Path("usr/lib/systemd/system")
EXPOSURE_LIMIT = 25
"""Tenths of a point of `systemd-analyze security`: 100 is wide open."""


def lay_out(root: Path, drop_ins: Iterable[Path] = ()) -> list[str]:
    """Our units beside the system's own, and a file for every program they start.

    A drop-in has the name of its unit.
    """
    (root / SYSTEM).parent.mkdir(parents=True)
    shutil.copytree(Path("/") / SYSTEM, root / SYSTEM, symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    names = []
    for unit in sorted(UNITS.glob("*.service")):
        shutil.copy(unit, root / SYSTEM)
        names.append(unit.name)
        stand_in_programs(root, unit)
    for more in drop_ins:
        folder = root / SYSTEM / f"{more.stem}.service.d"
        folder.mkdir()
        shutil.copy(more, folder)
        stand_in_programs(root, more)
    return names


def stand_in_programs(root: Path, unit: Path) -> None:
    for program in re.findall(r"^Exec\w+=[-@:+!]*(\S+)", unit.read_text("utf-8"), re.M):
        stand_in = root / program.lstrip("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", stand_in)


def analyze(root: Path, *words: str) -> tuple[int, list[str]]:
    """The tool's exit code, and what it says of our units."""
    result = subprocess.run(
        ["systemd-analyze", f"--root={root}", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, [line for line in result.stdout.splitlines() if "stock-" in line]


def faults_of(root: Path, units: list[str]) -> list[str]:
    # It warns of a misspelled line and ends with 0, so whatever it says counts.
    code, faults = analyze(root, "verify", "--man=no", *units)
    if code and not faults:
        faults.append("systemd-analyze verify failed")
    limit = f"--threshold={EXPOSURE_LIMIT}"
    for unit in units:
        code, said = analyze(root, "security", "--offline=true", limit, "--no-pager", unit)
        faults += said if code else []
    return faults


def main() -> int:
    if shutil.which("systemd-analyze") is None or not (Path("/") / SYSTEM).is_dir():
        print("units: not checked, there is no systemd-analyze here")
        return 0
    faults: list[str] = []
    for drop_ins in ([], sorted(DROP_INS.glob("*.conf"))):
        with tempfile.TemporaryDirectory(prefix="units-") as name:
            root = Path(name)
            faults += faults_of(root, lay_out(root, drop_ins))
    if faults:
        print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
