"""Breaks in every way that is reported. Run as a process of its own by test_errorreports.py: what
the reporter hooks into would stay hooked into."""

from __future__ import annotations

import logging
import multiprocessing
import sys
import threading

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

django.setup()

from django_q.worker import worker  # noqa: E402 - needs the settings

from common.logcontext import log_context  # noqa: E402

SECRET = "planted-secret-1"


@csrf_exempt
def break_down(request: HttpRequest) -> HttpResponse:
    password = SECRET
    raise ValueError(f"page broke for someone@example.com with password={password}")


urlpatterns = [path("boom/", break_down)]


def ask_page() -> None:
    """As a web server does: the reporter hooks into the WSGI handler."""
    factory = RequestFactory(headers={"X-Planted": SECRET})
    factory.cookies["planted"] = SECRET
    asked = factory.post(f"/boom/?token={SECRET}", {"planted": SECRET}).META
    told: list[str] = []
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        b"".join(WSGIHandler()(asked, lambda status, *_: told.append(status)))  # type: ignore[arg-type]
    assert told == ["500 Internal Server Error"]


def run_task() -> None:
    tasks: multiprocessing.Queue[object] = multiprocessing.Queue()
    results: multiprocessing.Queue[object] = multiprocessing.Queue()
    tasks.put(
        {"id": "t1", "name": "n", "func": "math.sqrt", "args": (-1,), "kwargs": {}, "sync": False}
    )
    tasks.put("STOP")
    worker(tasks, results, multiprocessing.Value("f", -1), 30)
    results.get(timeout=10)


def break_thread() -> None:
    threading.excepthook = lambda _: None
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()


def main() -> None:
    ask_page()
    run_task()
    with log_context(website=7, poll="7-1"):
        logging.getLogger("shop").error("poll of %s failed", f"https://me:{SECRET}@shop.example/")
    logging.getLogger("shop").warning("only a warning")
    break_thread()


if __name__ == "__main__":
    main()
    sys.exit(0)
