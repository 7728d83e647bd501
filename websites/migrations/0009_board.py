from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("websites", "0008_proxy"),
    ]

    operations = [
        migrations.AddField(
            model_name="website",
            name="is_on_board",
            field=models.BooleanField(
                default=True,
                help_text="Counts where the team has switched its board on.",
                verbose_name="on the public board",
            ),
        ),
    ]
