"""Runs all measurements and prints them."""

from __future__ import annotations

import shutil

from bench import cycles, lab, latency, pages

GOALS = {
    "unchanged, 1,000 products a shop": 200_000,
    "unchanged, 50 products a shop": 20_000,
    "2 % changed, 1,000 products a shop": 20_000,
}


def main() -> None:
    folder = lab.prepare()
    try:
        with lab.world() as remote:
            figures = cycles.measure(remote)
            print(
                f"{'API source, where not told':38}{'monitors/CPU s':>16}{'goal':>10}{'CPU ms/poll':>13}{'statements':>12}"
            )
            for figure in figures:
                print(
                    f"{figure.label:38}{figure.monitors_per_cpu_second:16,.0f}"
                    f"{GOALS.get(figure.label, 0):10,}{figure.ms_cpu_per_poll:13.2f}"
                    f"{figure.statements_per_poll:12.1f}"
                )
            by_label = {figure.label: figure for figure in figures}
            poll = by_label["unchanged, 50 products a shop"].ms_cpu_per_poll
            bare = by_label["bare request, 50 products a shop"].ms_cpu_per_poll
            print(f"\none poll costs {poll / bare:.2f} times its bare request (goal 2.5)")
            found = latency.measure(remote)
            print(
                f"\nseen -> webhook delivered, {found['count']:.0f} flips: p50 {found['p50']:.1f} ms "
                f"(goal 20), p95 {found['p95']:.1f} ms (goal 60)"
            )
            pages.show()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
