from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_subscription_scope")]

    operations = [
        migrations.RemoveIndex("notificationlog", "notification_pending_idx"),
        migrations.RemoveIndex("notificationlog", "notification_claimed_idx"),
        migrations.AddIndex(
            "notificationlog",
            models.Index(
                fields=["status", "next_attempt_at"],
                condition=Q(status="pending"),
                name="notification_pending_idx",
            ),
        ),
        migrations.AddIndex(
            "notificationlog",
            models.Index(
                fields=["status", "claimed_until"],
                condition=Q(status="sending"),
                name="notification_claimed_idx",
            ),
        ),
    ]
