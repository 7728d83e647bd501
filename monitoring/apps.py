from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Shop floor"

    def ready(self) -> None:
        from accounts.models import Preferences, Team
        from monitoring import receivers  # needs the models
        from websites.signals import shop_moved

        shop_moved.connect(receivers.shop_moved, dispatch_uid="monitoring.shop_moved")
        post_save.connect(
            receivers.team_changed, sender=Team, dispatch_uid="monitoring.team_changed"
        )
        for signal, name in ((post_save, "changed"), (post_delete, "deleted")):
            signal.connect(
                receivers.preferences_changed,
                sender=Preferences,
                dispatch_uid=f"monitoring.preferences_{name}",
            )
