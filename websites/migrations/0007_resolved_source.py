from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("websites", "0006_interval_limit"),
    ]

    operations = [
        migrations.AddField(
            model_name="website",
            name="resolved_source",
            field=models.CharField(
                blank=True, editable=False, max_length=32, verbose_name="source found"
            ),
        ),
    ]
