"""Websites and monitors to measure with."""

from __future__ import annotations

from bench.lab import RemoteWorld


def open_shops(
    remote: RemoteWorld, *, name: str, shops: int, products: int, source: str = "whmcs_api"
) -> list[int]:
    """Opens fake shops of WHMCS 9 and watches all their products; returns the website ids."""
    from accounts.models import Team
    from monitoring.services.monitors import monitors_bulk_create
    from websites.models import Website

    secrets = {"identifier": "bench-identifier", "secret": "bench-secret"}
    switches = {"dialect": "9.0", **secrets}
    remote.post("shops", {"name": name, "count": shops, "products": products, **switches})
    team, _ = Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    ids = []
    for number in range(1, shops + 1):
        shop = name if shops == 1 else f"{name}{number}"
        website = Website.objects.create(
            team=team,
            name=shop,
            source=source,
            url=f"{remote.base_url}/{shop}",
            credentials=secrets if source == "whmcs_api" else {},
        )
        rows = [{"product_id": str(pid)} for pid in range(1, products + 1)]
        monitors_bulk_create(website=website, rows=rows)
        ids.append(website.pk)
    return ids
