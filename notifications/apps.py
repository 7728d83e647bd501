from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Delivery"

    def ready(self) -> None:
        # Receivers load the models, which exist only now.
        from django.db.models.signals import post_delete, post_save

        from accounts.models import Membership, User
        from accounts.signals import preferences_changed
        from monitoring.models import Monitor
        from monitoring.signals import history_recorded, recording_finished
        from notifications import receivers
        from websites.models import Website

        history_recorded.connect(receivers.announce, dispatch_uid="notifications.announce")
        recording_finished.connect(receivers.wait_for_announced, dispatch_uid="notifications.wait")
        for model in (Website, Monitor):
            uid = f"notifications.emptied.{model.__name__}"
            post_delete.connect(receivers.look_for_emptied, sender=model, dispatch_uid=uid)
        preferences_changed.connect(
            receivers.preferences_changed, dispatch_uid="notifications.preferences"
        )
        for signal in (post_save, post_delete):
            uid = f"notifications.membership.{id(signal)}"
            signal.connect(receivers.membership_changed, sender=Membership, dispatch_uid=uid)
        post_save.connect(
            receivers.person_changed, sender=User, dispatch_uid="notifications.person"
        )
