import django.core.validators
from django.db import migrations, models

import websites.models


class Migration(migrations.Migration):
    dependencies = [
        ("websites", "0005_link_template"),
    ]

    operations = [
        migrations.AlterField(
            model_name="website",
            name="poll_interval",
            field=models.PositiveIntegerField(
                default=websites.models.default_interval,
                help_text="Seconds, at least 5, at most a week.",
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(604800),
                ],
            ),
        ),
    ]
