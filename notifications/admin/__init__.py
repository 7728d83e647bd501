from notifications.admin.alerts import AlertAdmin
from notifications.admin.channels import ChannelAdmin
from notifications.admin.log import NotificationLogAdmin
from notifications.admin.subscriptions import SubscriptionAdmin
from notifications.admin.wording import MessageTemplateAdmin

__all__ = [
    "AlertAdmin",
    "ChannelAdmin",
    "MessageTemplateAdmin",
    "NotificationLogAdmin",
    "SubscriptionAdmin",
]
