"""Names of indexes and constraints are part of the face to operators (A13); migrations go both ways."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OURS = ("accounts", "websites", "monitoring", "notifications")
EXPECTED = {
    "alert_unresolved_idx",
    "monitor_state_idx",
    "history_time_idx",
    "record_time_idx",
    "website_due_idx",
    "website_team_health_idx",
    "website_name_once_per_team",
    "website_interval_at_least_5s",
    "catalogue_product_once_per_website",
    "monitor_product_option_once_per_website",
    "monitor_interval_at_least_5s",
    "monitor_website_status_idx",
    "monitor_stock_idx",
    "monitor_flapping_idx",
    "pollrun_website_newest_idx",
    "pollrun_unfinished_idx",
    "record_monitor_time_idx",
    "record_type_time_idx",
    "stock_day_once_per_monitor",
    "history_monitor_time_idx",
    "history_website_time_idx",
    "history_type_time_idx",
    "history_unplanned_idx",
    "history_alert_idx",
    "alert_one_unresolved_per_monitor_and_kind",
    "alert_one_unresolved_per_website",
    "alert_resolved_has_its_time",
    "alert_reminder_idx",
    "alert_website_idx",
    "alert_monitor_idx",
    "silence_ends_after_it_starts",
    "silence_team_end_idx",
    "notification_pending_idx",
    "notification_claimed_idx",
    "notification_provider_idx",
    "notification_channel_time_idx",
    "notification_status_time_idx",
    "notification_once_per_channel_and_group",
    "channel_name_once_per_team",
    "channel_quiet_hours_have_both_ends",
    "telegram_topic_linked_once",
    "telegram_chat_linked_once",
    "telegram_link_user_idx",
    "telegram_update_once",
    "telegram_card_once_per_channel_and_monitor",
    "message_template_once_per_team_event_and_language",
    "membership_one_per_user",
    "audit_team_idx",
    "audit_prune_idx",
}


def _names_in_database():
    with connection.cursor() as cursor:
        return {
            name
            for label in OURS
            for model in apps.get_app_config(label).get_models()
            for name in connection.introspection.get_constraints(cursor, model._meta.db_table)
        }


@pytest.mark.django_db
def test_every_named_index_and_constraint_is_in_the_database():
    assert _names_in_database() >= EXPECTED


def test_every_index_and_constraint_was_named_by_hand():
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for part in (*model._meta.indexes, *model._meta.constraints):
                if model._meta.model_name != "user":
                    assert part.name in EXPECTED, f"{model.__name__}: {part.name} is not expected"


@pytest.mark.django_db(transaction=True)
def test_migrations_go_down_and_up_again():
    try:
        for label in reversed(OURS[1:]):
            call_command("migrate", label, "zero", verbosity=0)
        applied = MigrationExecutor(connection).loader.applied_migrations
        assert not [key for key in applied if key[0] in OURS[1:]]
    finally:
        call_command("migrate", verbosity=0)
    assert _names_in_database() >= EXPECTED
