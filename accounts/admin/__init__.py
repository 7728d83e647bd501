from accounts.admin import tokens as tokens
from accounts.admin.apikeys import ApiKeyAdmin
from accounts.admin.auditlog import AuditEntryAdmin
from accounts.admin.lockouts import LockoutAdmin
from accounts.admin.teams import MembershipAdmin, TeamAdmin
from accounts.admin.users import UserAdmin

__all__ = [
    "ApiKeyAdmin",
    "AuditEntryAdmin",
    "LockoutAdmin",
    "MembershipAdmin",
    "TeamAdmin",
    "UserAdmin",
]
