from django.apps import AppConfig
from django.db.models.signals import post_save


class WebsitesConfig(AppConfig):
    name = "websites"
    verbose_name = "Shop floor"

    def ready(self) -> None:
        from accounts.models import Team
        from websites.signals import forget_applied_hashes

        post_save.connect(
            forget_applied_hashes, sender=Team, dispatch_uid="websites.forget_applied_hashes"
        )
