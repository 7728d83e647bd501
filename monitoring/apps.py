from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_delete


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Shop floor"

    def ready(self) -> None:
        from accounts.models import Membership, Preferences, Team, User
        from monitoring import receivers  # needs the models
        from websites.models import Website
        from websites.signals import shop_moved

        shop_moved.connect(receivers.shop_moved, dispatch_uid="monitoring.shop_moved")
        post_save.connect(
            receivers.website_changed, sender=Website, dispatch_uid="monitoring.website_changed"
        )
        pre_delete.connect(receivers.owner_goes, sender=User, dispatch_uid="monitoring.owner_goes")
        post_delete.connect(
            receivers.member_left, sender=Membership, dispatch_uid="monitoring.member_left"
        )
        post_save.connect(
            receivers.team_changed, sender=Team, dispatch_uid="monitoring.team_changed"
        )
        for signal, name in ((post_save, "changed"), (post_delete, "deleted")):
            signal.connect(
                receivers.preferences_changed,
                sender=Preferences,
                dispatch_uid=f"monitoring.preferences_{name}",
            )
