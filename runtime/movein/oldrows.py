"""Pure: rows of an older set-up become values of ours, or a sentence what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, str]
"""(product_id, config_option_id): what a Monitor is known by on its Website."""

# Ours -> the names it had in older set-ups, the best one first.
MONITOR_NAMES: dict[str, tuple[str, ...]] = {
    "product_id": ("product_id", "whmcs_product_id", "pid"),
    "config_option_id": ("config_option_id", "option_id"),
    "product_name": ("product_name", "name"),
    "config_option_name": ("config_option_name", "option_name"),
    "is_active": ("is_active", "enabled", "active"),
    "status": ("status",),
    "check_interval": ("check_interval", "check_interval_seconds", "interval"),
    "threshold_low": ("threshold_low", "low_stock_threshold"),
    "threshold_high": ("threshold_high", "high_stock_threshold"),
    "notify_on_restock": ("notify_on_restock",),
    "notify_on_purchase": ("notify_on_purchase",),
    "notify_on_threshold": ("notify_on_threshold", "notify_on_stock_low"),
    "notify_on_sold_out": ("notify_on_sold_out", "notify_on_out_of_stock"),
    "purchase_link": ("purchase_link", "purchase_url"),
    "notes": ("notes",),
}
RECORD_NAMES: dict[str, tuple[str, ...]] = {
    "monitor": ("monitor_config_id", "monitor_id", "config_id", "product_config_id"),
    "product_id": ("product_id", "whmcs_product_id", "pid"),
    "config_option_id": ("config_option_id", "option_id"),
    "quantity": ("quantity", "stock_quantity", "stock_level", "stock"),
    "available": ("available", "is_available", "in_stock"),
    "price": ("price",),
    "currency": ("currency",),
    "notes": ("notes",),
    "created_at": ("recorded_at", "created_at", "checked_at", "timestamp"),
}
MIN_INTERVAL = 5
_FLAGS = ("notify_on_restock", "notify_on_purchase", "notify_on_threshold", "notify_on_sold_out")
_NUMBERS = ("check_interval", "threshold_low", "threshold_high")


@dataclass(frozen=True, slots=True)
class OldReading:
    """A stock record of an older set-up. `name` is stable: it tells it apart in a second run."""

    name: str
    quantity: int | None
    available: bool | None
    price: Decimal | None
    currency: str
    notes: str
    created_at: datetime

    def shows_the_same_as(self, other: OldReading) -> bool:
        return (self.quantity, self.available, self.price) == (
            other.quantity,
            other.available,
            other.price,
        )


def monitor_fields(row: Row) -> dict[str, Any]:
    """The fields of a Monitor. Raises ValueError with a sentence."""
    given = _picked(row, MONITOR_NAMES)
    key = key_of(given)
    if not key[0]:
        raise ValueError("product_id is missing.")
    fields: dict[str, Any] = {"product_id": key[0], "config_option_id": key[1]}
    for name in _NUMBERS:
        if given.get(name) is not None:
            fields[name] = _integer(given[name], name)
    if fields.get("check_interval", MIN_INTERVAL) < MIN_INTERVAL:
        raise ValueError(f"check_interval is below {MIN_INTERVAL} seconds.")
    for name in _FLAGS:
        if given.get(name) is not None:
            fields[name] = _truth(given[name], name)
    for name in ("product_name", "config_option_name", "purchase_link", "notes"):
        fields[name] = str(given.get(name) or "").strip()
    is_paused = str(given.get("status") or "").lower() == "paused" or (
        given.get("is_active") is not None and not _truth(given["is_active"], "is_active")
    )
    fields["status"] = "paused" if is_paused else "active"
    return fields


def key_of(row: Row) -> Key:
    """Older set-ups wrote NULL or 0 for "no config option"."""
    option = str(row.get("config_option_id") or "").strip()
    return str(row.get("product_id") or "").strip(), "" if option == "0" else option


def record_of(row: Row) -> tuple[Any, Key, OldReading]:
    """(id of its monitor or None, key of its product, the reading). Raises ValueError."""
    given = _picked(row, RECORD_NAMES)
    if given.get("created_at") is None:
        raise ValueError("recorded_at is missing.")
    moment = _moment(given["created_at"])
    quantity = None if given.get("quantity") is None else _integer(given["quantity"], "quantity")
    available = given.get("available")
    reading = OldReading(
        name=str(row["id"]) if row.get("id") is not None else f"{moment.isoformat()}/{quantity}",
        quantity=quantity,
        available=_available(quantity, available),
        price=_price(given.get("price")),
        currency=str(given.get("currency") or "")[:8],
        notes=str(given.get("notes") or ""),
        created_at=moment,
    )
    return given.get("monitor"), key_of(given), reading


def changes_only(readings: Iterable[OldReading]) -> list[OldReading]:
    """In order of time, without those that show the same as the one before."""
    kept: list[OldReading] = []
    for one in sorted(readings, key=lambda reading: reading.created_at):
        if not kept or not one.shows_the_same_as(kept[-1]):
            kept.append(one)
    return kept


def _picked(row: Row, names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        ours: next((row[old] for old in olds if row.get(old) is not None), None)
        for ours, olds in names.items()
    }


def _available(quantity: int | None, told: Any) -> bool | None:
    if quantity is not None:
        return quantity > 0
    return None if told is None else _truth(told, "available")


def _integer(value: Any, name: str) -> int:
    try:
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError(name)
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} is no whole number.") from None
    if abs(number) >= 2**31:
        raise ValueError(f"{name} is too large.")
    return number


def _truth(value: Any, name: str) -> bool:
    word = str(value).strip().lower()
    if word in ("1", "true", "t", "yes", "on"):
        return True
    if word in ("0", "false", "f", "no", "off"):
        return False
    raise ValueError(f"{name} is neither true nor false.")


def _price(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        price = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValueError("price is no amount.") from None
    if not price.is_finite() or abs(price) >= Decimal(10) ** 12:
        raise ValueError("price is no amount.")
    return price


def _moment(value: Any) -> datetime:
    """Older set-ups kept UTC without saying so."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, tz=UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        raise ValueError("recorded_at is no time.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
