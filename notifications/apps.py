from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Delivery"

    def ready(self) -> None:
        # Receivers load the models, which exist only now.
        from django.db.models.signals import post_delete

        from monitoring.models import Monitor
        from monitoring.signals import history_recorded, recording_finished
        from notifications.receivers import announce, look_for_emptied, wait_for_announced
        from websites.models import Website

        history_recorded.connect(announce, dispatch_uid="notifications.announce")
        recording_finished.connect(wait_for_announced, dispatch_uid="notifications.wait")
        for model in (Website, Monitor):
            uid = f"notifications.emptied.{model.__name__}"
            post_delete.connect(look_for_emptied, sender=model, dispatch_uid=uid)
