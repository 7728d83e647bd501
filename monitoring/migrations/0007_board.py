from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def find_when_it_came(apps: Any, schema_editor: Any) -> None:
    """The last restock that was noticed; a product that never sold out was there from the start."""
    history = apps.get_model("monitoring", "MonitorHistory").objects.filter(
        monitor=OuterRef("pk"), event_type="restocked"
    )
    came = Subquery(history.order_by("-created_at").values("created_at")[:1])
    rows = apps.get_model("monitoring", "Monitor").objects.filter(available=True)
    rows.update(in_stock_since=Coalesce(came, F("first_read_at"), F("last_changed_at")))


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0006_stock_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="monitor",
            name="is_on_board",
            field=models.BooleanField(
                default=True,
                help_text="Counts where the team has switched its board on.",
                verbose_name="on the public board",
            ),
        ),
        migrations.AddField(
            model_name="monitor",
            name="in_stock_since",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When it came into stock last; it counts while it is available.",
                null=True,
            ),
        ),
        migrations.RunPython(find_when_it_came, migrations.RunPython.noop, elidable=True),
    ]
