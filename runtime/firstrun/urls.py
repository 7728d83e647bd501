from __future__ import annotations

from django.contrib import admin
from django.urls import path

from runtime.firstrun.views import shop, start, telling, trying

app_name = "setup"

urlpatterns = [
    path("", admin.site.admin_view(start.start), name="start"),
    path("later/", admin.site.admin_view(start.later), name="later"),
    path("<int:team>/", start.go_on, name="team"),
    path("<int:team>/shop/", shop.add, name="shop"),
    path("<int:team>/shop/<int:website>/", shop.change, name="change"),
    path("<int:team>/shop/<int:website>/test/", shop.test, name="test"),
    path("<int:team>/shop/<int:website>/products/", shop.products, name="products"),
    path("<int:team>/tell/", telling.tell, name="tell"),
    path("<int:team>/tell/linked/", telling.linked, name="linked"),
    path("<int:team>/tell/<int:channel>/", trying.attempt, name="try"),
    path("<int:team>/tell/<int:channel>/status/", trying.status, name="status"),
    path("<int:team>/done/", trying.done, name="done"),
]
