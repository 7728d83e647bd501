from __future__ import annotations

import json

import pytest
from django_q.signals import post_execute_in_worker, pre_execute

from common.logcontext import log_context_begin, log_facts
from runtime.loglines import json_line, text_line

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_a_line_for_people_begins_with_the_name_of_the_process() -> None:
    assert text_line("web", "up") == "web  | up"


def test_an_object_gets_the_name_of_its_process() -> None:
    assert json.loads(json_line("core", '{"event": "up", "level": "info"}')) == {
        "process": "core",
        "event": "up",
        "level": "info",
    }


@pytest.mark.parametrize("line", ["Traceback (most ...", "{broken", "[1]", "", '{"a": 1} tail'])
def test_any_other_line_becomes_an_object(line: str) -> None:
    found = json.loads(json_line("web", line))
    assert (found["process"], found["event"]) == ("web", line)


def test_secrets_in_a_line_of_another_program_are_masked() -> None:
    assert "topsecret1" not in json_line("web", "secret=topsecret1")


def test_a_worker_logs_which_task_it_is_at_and_forgets_the_one_before() -> None:
    log_context_begin(website=9)
    pre_execute.send(sender="test", func=None, task={"id": "t1", "func": "runtime.tasks.canary"})
    assert log_facts() == {"task": "t1", "func": "runtime.tasks.canary"}
    post_execute_in_worker.send(sender="test", func=None, task={})
    assert log_facts() == {}
