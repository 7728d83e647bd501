"""Reads the settings again and again, each time in a fork of one process.

A process reads its settings once. This one has loaded the libraries that they import, which is
nearly all the time it takes, but not the settings themselves.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def start(environment: dict[str, str], names: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """The settings of these names as JSON in `stdout`, or the traceback in `stderr`."""
    process = _reader()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([environment, names]) + "\n")
    process.stdin.flush()
    code, out, err = json.loads(process.stdout.readline())
    return subprocess.CompletedProcess(["settings", *names], code, out, err)


@functools.cache
def _reader() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.config.reader"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def serve() -> None:
    """A line in, a line out: [environment, names] -> [exit code, stdout, stderr]."""
    _libraries_load()
    for line in sys.stdin:
        environment, names = json.loads(line)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if not child:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                os._exit(_told(environment, names))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            for file in (out, err):
                file.seek(0)
            sys.stdout.write(json.dumps([code, out.read(), err.read()]) + "\n")
            sys.stdout.flush()


def _libraries_load() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(ENV_FILE=os.devnull, SECRET_KEY="k" * 60, VAR_DIR=folder)
        os.environ["FIELD_ENCRYPTION_KEYS"] = "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMzI="
        import config.settings  # noqa: F401
    for name in [one for one in sys.modules if one.partition(".")[0] == "config"]:
        del sys.modules[name]


def _told(environment: dict[str, str], names: list[str]) -> int:
    os.environ.clear()
    os.environ.update(environment)
    try:
        from django.conf import settings

        found = {name: getattr(settings, name) for name in names}
        sys.stdout.write(json.dumps(found, default=str))
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve()
