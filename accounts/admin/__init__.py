from accounts.admin import tokens as tokens
from accounts.admin.apikeys import ApiKeyAdmin
from accounts.admin.teams import MembershipAdmin, TeamAdmin
from accounts.admin.users import UserAdmin

__all__ = ["ApiKeyAdmin", "MembershipAdmin", "TeamAdmin", "UserAdmin"]
