"""`python -m demo.world`: the world as a process of its own."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from demo.story import Story
from demo.world import World


def main(argv: Sequence[str] | None = None, end: threading.Event | None = None) -> int:
    """Runs until SIGINT or SIGTERM (or `end`); 1 when a port is taken."""
    options = _parser().parse_args(argv)
    try:
        world = World(options.host, options.port, options.smtp_port)
    except OSError as error:
        print(f"The fake world cannot start: {error}. Try --port 0.", file=sys.stderr)
        return 1
    if end is None:
        end = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: end.set())
    story = Story(world)
    with world:
        if options.story:
            story.start()
        print(json.dumps(world.state()) if options.json else summary(world), flush=True)
        end.wait()
        if options.story:
            story.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.world", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8800, help="HTTP port, 0 = any free one")
    parser.add_argument("--smtp-port", type=int, default=8825, help="mail port, 0 = any free one")
    parser.add_argument("--story", action="store_true", help="two shops whose stock moves")
    parser.add_argument("--json", action="store_true", help="print the addresses as one JSON line")
    return parser


def summary(world: World) -> str:
    state = world.state()
    whmcs, telegram, smtp = state["whmcs"], state["telegram"], state["smtp"]
    shops = ", ".join(state["shops"]) or "none yet"
    return "\n".join(
        [
            f"The fake world is up: {world.base_url}/",
            f"  WHMCS     {world.whmcs_url('SHOP')}  shops: {shops}",
            f"            identifier {whmcs['identifier']}, secret {whmcs['secret']}",
            f"  Telegram  {telegram['url']}  token {telegram['token']}, chat {telegram['chat_id']}",
            f"  Mail      smtp://{smtp['host']}:{smtp['port']}",
            f"  Webhooks  {state['webhooks']}",
            f"  Control   {world.base_url}/control/state",
        ]
    )
