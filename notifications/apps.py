from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Delivery"

    def ready(self) -> None:
        # Receivers load the models, which exist only now.
        from monitoring.signals import history_recorded
        from notifications.receivers import announce

        history_recorded.connect(announce, dispatch_uid="notifications.announce")
