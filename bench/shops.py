"""Websites and monitors to measure with."""

from __future__ import annotations

from typing import Any

from bench.lab import RemoteWorld

RARELY: dict[str, Any] = {"poll_interval": 3600}
"""The ticker leaves such websites alone while they are measured: who polls them is the bench."""

SECRETS = {"identifier": "bench-identifier", "secret": "bench-secret"}


def open_shops(
    remote: RemoteWorld,
    *,
    name: str,
    shops: int,
    products: int | list[dict[str, Any]],
    source: str = "whmcs_api",
    **columns: Any,
) -> list[int]:
    """Opens fake shops of WHMCS 9 and watches all their products; returns the website ids.

    They are called `name`1, `name`2, ...; `products` is their number, or rows of the fake world.
    """
    from django.db import transaction

    from accounts.models import Team
    from monitoring.models import Monitor
    from websites.models import Website

    body = {"count": shops, "products": products, "dialect": "9.0", "version": "9.0", **SECRETS}
    remote.post("shops", {"name": name, **body})
    count = products if isinstance(products, int) else len(products)
    team, _ = Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    credentials = SECRETS if source == "whmcs_api" else {}
    # At once: a core process that runs would poll a website that has no monitors yet.
    with transaction.atomic():
        websites = Website.objects.bulk_create(
            Website(
                team=team,
                name=shop,
                source=source,
                url=f"{remote.base_url}/{shop}",
                credentials=credentials,
                **columns,
            )
            for shop in shop_names(name, shops)
        )
        Monitor.objects.bulk_create(
            (
                Monitor(website=website, product_id=str(pid))
                for website in websites
                for pid in range(1, count + 1)
            ),
            batch_size=2000,
        )
    return [website.pk for website in websites]


def shop_names(name: str, shops: int) -> list[str]:
    return [name] if shops == 1 else [f"{name}{number}" for number in range(1, shops + 1)]


def open_channel(kind: str, name: str, config: dict[str, Any], *website_ids: int) -> None:
    """A channel that hears of everything, of the given websites or of all."""
    from accounts.models import Team
    from notifications.services.channels import channel_create
    from notifications.services.subscriptions import subscription_create

    team = Team.objects.get(slug="bench")
    channel, _ = channel_create(team=team, name=name, kind=kind, config=config)
    subscription_create(channel=channel, events=["*"], websites=list(website_ids))
