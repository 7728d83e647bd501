"""`make demo`: a throw-away database, a fake world, and the whole system running on both."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from demo.story import Story  # noqa: E402 - the path had to be set first
from demo.world import World  # noqa: E402

FOLDER = ROOT / "var" / "demo"
USER = PASSWORD = "demo"
OWN = ("DATABASE_URL", "WHMCS_", "TELEGRAM_", "TWILIO_", "EMAIL_", "PUBLIC_URL")
"""Beginnings of settings that the demo does not inherit."""


def environment(world: World, port: str) -> dict[str, str]:
    """Settings of the demo: nothing of the owner's own `.env` or database is read or written."""
    state = world.state()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return inherited | {
        "ENV_FILE": str(FOLDER / ".env"),
        "VAR_DIR": str(FOLDER),
        "PORT": port,
        "APP_NAME": "Stock Monitor Demo",
        "DJANGO_SUPERUSER_USERNAME": USER,
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
        # The story sells out and comes back more often than a real shop.
        "FLAP_FLIPS": "0",
        "TELEGRAM_BOT_TOKEN": state["telegram"]["token"],
        "TELEGRAM_API_URL": state["telegram"]["url"],
        "TWILIO_ACCOUNT_SID": state["twilio"]["account"],
        "TWILIO_AUTH_TOKEN": state["twilio"]["token"],
        "TWILIO_FROM": state["twilio"]["sender"],
        "TWILIO_WHATSAPP_FROM": state["twilio"]["sender"],
        "TWILIO_API_URL": state["twilio"]["url"],
        "EMAIL_URL": f"smtp://{state['smtp']['host']}:{state['smtp']['port']}",
        "DEFAULT_FROM_EMAIL": "Stock Monitor <monitor@shop.example>",
    }


def manage(env: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, env=env, check=True)


def run(world: World, port: str, end: Event) -> int:
    env = environment(world, port)
    story = Story(world)
    story.open_shops()
    (FOLDER / "world.json").write_text(json.dumps(world.state()), encoding="utf-8")
    manage(env, "-m", "config.bootstrap")
    manage(env, "manage.py", "init_db", "--sample-data", "--world", str(FOLDER / "world.json"))
    print(
        f"\n  Desk        http://127.0.0.1:{port}/admin/   user {USER}, password {PASSWORD}\n"
        f"  Board       http://127.0.0.1:{port}/board/main/   for everybody, without log-in\n"
        f"  Fake world  {world.base_url}/   its shops, and every message that arrived\n",
        flush=True,
    )
    # A session of its own: Ctrl-C reaches us only, and we stop it gracefully.
    system = subprocess.Popen(
        [sys.executable, "manage.py", "run"], cwd=ROOT, env=env, start_new_session=True
    )
    world.twilio.is_reporting = True
    story.start()
    while system.poll() is None and not end.wait(0.2):
        pass
    story.stop()
    if system.poll() is None:
        system.terminate()
    return system.wait()


def main() -> int:
    end = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with World(port=int(os.environ.get("DEMO_PORT", "8800"))) as world:
            return run(world, os.environ.get("PORT", "8000"), end)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The demo cannot start: {error}. PORT and DEMO_PORT choose other ports.")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
