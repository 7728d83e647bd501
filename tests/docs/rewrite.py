"""`python -m tests.docs.rewrite`: makes the generated parts of the pages anew."""

from __future__ import annotations

import os
import sys

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    from tests.docs import generated, pages

    made = generated.all_parts()
    for page in pages.pages():
        before = page.read_text(encoding="utf-8")
        after = pages.with_parts(before, made)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{pages.name_of(page)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
