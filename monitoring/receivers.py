"""What has to happen to monitors when a website changes."""

from __future__ import annotations

from typing import Any

from monitoring.models import Monitor
from monitoring.services.monitors import baseline_forget
from websites.models import CatalogueProduct


def shop_moved(sender: Any, *, website_id: int, **kwargs: Any) -> None:
    """Another shop's products are other products, also where they have the same ids."""
    baseline_forget(monitors=Monitor.objects.filter(website_id=website_id))
    CatalogueProduct.objects.filter(website_id=website_id).delete()
