"""`make image-check`: does what the Dockerfile and compose.yaml say, without a container engine.

The commands are read from these files, not copied. Their folders lie below a temporary one; the
code there is read-only, and as root everything runs as the image's own user. The image is built
(packages installed as in the image), started, asked, stopped, and must have written nothing but
below its volume. Then the services of compose.yaml, on SQLite.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.dockerfile import Stage, Step, ignore_rules, moved, parse

ROOT = Path(__file__).resolve().parent.parent
IS_ROOT = os.geteuid() == 0
READY_SECONDS = 120.0
SHARED = ("PIP_", "SSL_", "REQUESTS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
"""What the machine says about package indexes reaches a build too."""


class Fault(Exception):
    """What is wrong with the image."""


class Box:
    """One stage's file system below `self.root`, with the settings its instructions gave it."""

    def __init__(self, stage: Stage, root: Path, places: set[str], tools: Path) -> None:
        self.stage, self.root, self.places = stage, root, places
        self.folder, self.user = root, 0
        self.env = {k: v for k, v in os.environ.items() if k.upper().startswith(SHARED)}
        self.env |= {"PATH": f"{tools}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
        # For a copied interpreter that looks for its library where it came from.
        self.env |= {"LD_LIBRARY_PATH": str(tools.parent / "base" / "lib")}

    def path(self, inside: str) -> Path:
        return Path(moved(inside, self.places, str(self.root)))

    def argv(self, words: list[str]) -> list[str]:
        return [moved(word, self.places, str(self.root)) for word in words]

    def build(self, earlier: dict[str, Path]) -> None:
        for step in self.stage.steps:
            started = time.monotonic()
            self._take(step, earlier)
            if step.word == "RUN":
                print(f"  {time.monotonic() - started:5.1f} s  {step.rest[:80]}", flush=True)

    def _take(self, step: Step, earlier: dict[str, Path]) -> None:
        if step.word == "ENV":
            for name, value in step.pairs().items():
                known = value.replace("$PATH", self.env["PATH"])
                self.env[name] = moved(known, self.places, str(self.root))
        elif step.word == "WORKDIR":
            self.folder = self.path(step.rest)
            self.folder.mkdir(parents=True, exist_ok=True)
        elif step.word == "USER":
            self.user = int(step.rest.partition(":")[0])
        elif step.word == "RUN":
            self.run(step.argv())
        elif step.word == "COPY":
            source, target = step.rest.split()
            if "from" in step.flags:
                shutil.copytree(
                    earlier[step.flags["from"]] / source.lstrip("/"),
                    self.path(target),
                    symlinks=True,
                    dirs_exist_ok=True,
                )
            else:
                copy_context(source, self.path(target))

    def run(self, words: list[str]) -> None:
        """As root, while the image is built."""
        result = subprocess.run(
            self.argv(words),
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode:
            raise Fault(f"{' '.join(words)} failed:\n{result.stdout[-3000:]}")

    def start(self, words: list[str], **extra: str) -> subprocess.Popen[str]:
        """As the image's user, as a container would."""
        switch: dict[str, Any] = (
            {"user": self.user, "group": self.user, "extra_groups": []} if IS_ROOT else {}
        )
        return subprocess.Popen(
            self.argv(words),
            cwd=self.folder,
            env=self.env | extra,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **switch,
        )


def copy_context(source: str, target: Path) -> None:
    """What COPY takes from the checkout: all but what `.dockerignore` names."""
    if source != ".":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / source, target)
        return
    is_ignored = ignore_rules((ROOT / ".dockerignore").read_text(encoding="utf-8"))

    def skip(folder: str, names: list[str]) -> set[str]:
        here = Path(folder).relative_to(ROOT)
        return {name for name in names if is_ignored((here / name).as_posix())}

    shutil.copytree(ROOT, target, ignore=skip, dirs_exist_ok=True)


def build(folder: Path) -> Box:
    """All stages; the last one, closed for writing, is the image."""
    stages = parse((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    places = {step.rest.split()[-1] for stage in stages for step in stage.all("COPY")}
    places |= {step.rest for stage in stages for step in stage.all("WORKDIR")}
    places = {place for place in places if not Path(place).suffix} | {"/build"}
    tools = folder / "tools"
    tools.mkdir()
    script(tools / "python", f'exec "{interpreter(folder)}" "$@"')
    script(tools / "useradd", "exit 0")  # no accounts are made here: numbers do
    if not IS_ROOT:
        script(tools / "chown", "exit 0")
    earlier: dict[str, Path] = {}
    root = folder / "image"
    for number, stage in enumerate(stages):
        if root.exists():
            kept = folder / f"stage-{number - 1}"
            root.rename(kept)
            earlier[stages[number - 1].name] = kept
        root.mkdir()
        box = Box(stage, root, places, tools)
        box.build(earlier)
    (folder / "tmp").mkdir(mode=0o777)
    (folder / "tmp").chmod(0o1777)
    box.env |= {"TMPDIR": str(folder / "tmp")}
    volume = box.path(box.stage.last("VOLUME").rest)
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(root)], check=True)
    volume.chmod(0o700)
    return box


def interpreter(folder: Path) -> Path:
    """Our Python; a copy of it where the image's user may not reach it."""
    program = Path(sys.executable).resolve()
    if not IS_ROOT or all(parent.stat().st_mode & 0o001 for parent in program.parents):
        return program
    copy = folder / "base"
    left_out = shutil.ignore_patterns("site-packages", "test", "__pycache__")
    shutil.copytree(sys.base_prefix, copy, symlinks=True, ignore=left_out)
    return copy / program.relative_to(Path(sys.base_prefix).resolve())


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


# --- Running -----------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:
        return bytes(response.read())


@contextmanager
def running(box: Box, name: str, words: list[str], grace: float, **extra: str) -> Iterator[Any]:
    """The command while it runs; it must end by SIGTERM within the grace, with code 0."""
    process = box.start(words, **extra)
    try:
        yield process
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        print(process.communicate()[0][-4000:])
        raise
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        output, _ = process.communicate(timeout=grace)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise Fault(f"{name} did not stop within {grace:.0f} s") from None
    if process.returncode:
        raise Fault(f"{name} ended with code {process.returncode}:\n{output[-3000:]}")
    print(f"  {name} stopped within {time.monotonic() - started:.1f} s", flush=True)


def wait_healthy(box: Box, name: str, words: list[str], process: Any, **extra: str) -> None:
    """Until the health check ends with 0."""
    started = time.monotonic()
    while True:
        check = box.start(words, **extra)
        said, _ = check.communicate(timeout=30)
        if check.returncode == 0:
            print(f"  {name} healthy after {time.monotonic() - started:.1f} s", flush=True)
            return
        if process.poll() is not None or time.monotonic() - started > READY_SECONDS:
            raise Fault(f"{name} did not become healthy: {said[-500:]}")
        time.sleep(0.5)


def ask(port: int) -> None:
    """Pages, their styles and, in the end, readiness."""
    base = f"http://127.0.0.1:{port}"
    page = fetch(f"{base}/admin/login/").decode()
    sheet = re.search(r'href="(/static/[^"]+\.css)', page)
    if sheet is None or not fetch(base + sheet[1]):
        raise Fault("static files are not served")
    deadline = time.monotonic() + READY_SECONDS
    said: dict[str, Any] = {}
    while time.monotonic() < deadline:
        try:
            said = json.loads(fetch(f"{base}/api/v1/health/ready"))
        except OSError as error:
            said = {"error": str(error)}
        if said.get("status") == "ready":
            return
        time.sleep(0.5)
    raise Fault(f"not ready: {said}")


def written(box: Box, since: float) -> list[str]:
    """Files outside the volume and /tmp that the run made or changed."""
    volume = box.path(box.stage.last("VOLUME").rest)
    found = [
        str(path)
        for path in box.root.rglob("*")
        if volume not in (path, *path.parents) and path.lstat().st_ctime > since
    ]
    if IS_ROOT:
        found += [
            str(path)
            for place in ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - looked at only
            for path in Path(place).glob("*")
            if path.lstat().st_uid == box.user
        ]
    return found


def check_image(box: Box, grace: float) -> None:
    """The image alone: `docker run`."""
    port = free_port()
    command = box.stage.last("CMD").argv()
    with running(box, "image", command, grace, PORT=str(port)) as process:
        health = box.stage.last("HEALTHCHECK").argv()
        wait_healthy(box, "image", health, process, PORT=str(port))
        ask(port)


def check_compose(box: Box, services: dict[str, Any]) -> None:
    """Set-up once, then web and worker side by side, on what the image alone left behind."""
    port = str(free_port())
    given = {
        name: moved(str(value), box.places, str(box.root))
        for name, value in services["web"]["environment"].items()
        if not name.startswith(("DATABASE_", "REDIS_")) and "$" not in str(value)
    }
    given["PORT"] = port
    setup = box.start(services["setup"]["command"], **given)
    try:
        output, _ = setup.communicate(timeout=READY_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(setup.pid, signal.SIGKILL)
        raise Fault("setup did not end") from None
    if setup.returncode:
        raise Fault(f"setup failed:\n{output[-3000:]}")
    web, worker = services["web"], services["worker"]
    grace = {name: seconds(services[name]["stop_grace_period"]) for name in ("web", "worker")}
    with (
        running(box, "web", web["command"], grace["web"], **given) as first,
        running(box, "worker", worker["command"], grace["worker"], **given) as second,
    ):
        health = box.stage.last("HEALTHCHECK").argv()
        wait_healthy(box, "web", health, first, **given)
        wait_healthy(box, "worker", worker["healthcheck"]["test"][1:], second, **given)
        ask(int(port))


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def main() -> int:
    started = time.monotonic()
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)
    try:
        box = build(folder)
        since = time.time()
        check_image(box, seconds(services["web"]["stop_grace_period"]))
        check_compose(box, services)
        if found := written(box, since):
            raise Fault(f"written outside the volume: {found[:10]}")
    except Fault as fault:
        print(f"image-check: {fault}")
        return 1
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"image-check: all steps passed in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
