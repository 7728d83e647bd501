from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="is_board_on",
            field=models.BooleanField(
                default=False,
                help_text="Anybody may see what is in stock, without log-in: at /board/ and the slug.",
                verbose_name="public board",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="is_quantity_on_board",
            field=models.BooleanField(
                default=False,
                help_text="The board also says how many pieces are left.",
                verbose_name="numbers on the board",
            ),
        ),
    ]
