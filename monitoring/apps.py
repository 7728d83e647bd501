from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Shop floor"

    def ready(self) -> None:
        from monitoring import receivers  # needs the models
        from websites.signals import shop_moved

        shop_moved.connect(receivers.shop_moved, dispatch_uid="monitoring.shop_moved")
