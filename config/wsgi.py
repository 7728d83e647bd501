"""The WSGI callable for gunicorn and other servers."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
import_module("config.urls")  # with every page: else the first request would wait for them
import_module("runtime.trimming").settle()  # needs the apps
