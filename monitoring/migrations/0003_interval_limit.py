import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0002_product_renamed_and_moved"),
    ]

    operations = [
        migrations.AlterField(
            model_name="monitor",
            name="check_interval",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds; shortens the interval of its website. Empty: as the website.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(604800),
                ],
            ),
        ),
    ]
