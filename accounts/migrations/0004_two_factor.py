import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_alerts")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="two_factor_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="two-factor since"
            ),
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("secret", common.fields.EncryptedJSONField(editable=False)),
                ("confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_step", models.BigIntegerField(default=0, editable=False)),
                ("backup_hashes", models.JSONField(default=list, editable=False)),
                ("failure_count", models.PositiveIntegerField(default=0, editable=False)),
                ("failed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_factor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
