from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_scoped(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rows that name something today were scoped. Of one that names nothing it cannot be told any
    more whether it ever did; it goes on as it worked until now, for everything."""
    subscriptions = apps.get_model("notifications", "Subscription").objects
    for name in ("websites", "monitors"):
        named = subscriptions.filter(**{f"{name}__isnull": False}).order_by().values("pk")
        subscriptions.filter(pk__in=named).update(is_scoped=True)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="is_scoped",
            field=models.BooleanField(
                default=False, editable=False, help_text="Websites or monitors were named."
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="disabled_reason",
            field=models.CharField(blank=True, editable=False, max_length=250),
        ),
        migrations.RunPython(mark_scoped, migrations.RunPython.noop),
    ]
