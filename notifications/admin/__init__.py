from notifications.admin.alerts import AlertAdmin
from notifications.admin.channels import ChannelAdmin
from notifications.admin.log import NotificationLogAdmin
from notifications.admin.subscriptions import SubscriptionAdmin

__all__ = ["AlertAdmin", "ChannelAdmin", "NotificationLogAdmin", "SubscriptionAdmin"]
