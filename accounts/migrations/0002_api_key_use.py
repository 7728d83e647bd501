from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Watch how much a key is used."""

    dependencies: ClassVar = [("accounts", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="apikey",
            name="minutes_used",
            field=models.PositiveBigIntegerField(
                default=0, editable=False, help_text="Minutes in which it was used, ever."
            ),
        ),
    ]
