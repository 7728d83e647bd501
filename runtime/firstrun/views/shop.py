"""Steps 1 to 3: the shop, the test of its connection, its products."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.admin.display import error_text, page_url
from accounts.models import Team
from common.errors import InvalidInputError, ProductError
from common.texts import joined, shown
from runtime.firstrun.access import of_team, user_of, website_for
from runtime.firstrun.forms import ShopForm, ThresholdForm
from runtime.firstrun.products import chosen, offers_of, products_watch
from runtime.firstrun.shops import Look, last_look, shop_change, shop_ensure, shop_list, shop_test
from runtime.firstrun.standing import address_of, next_step, standing_of
from runtime.firstrun.views.frame import page
from websites.models import Website

RUN = "run"
"""In the address after a shop was added: the script of the page tests it at once."""


@of_team
def add(request: HttpRequest, team: Team) -> HttpResponse:
    return _form(request, team, None)


@of_team
def change(request: HttpRequest, team: Team, website: int) -> HttpResponse:
    return _form(request, team, website_for(team, website))


def _form(request: HttpRequest, team: Team, website: Website | None) -> HttpResponse:
    form = ShopForm(request.POST if request.method == "POST" else None, website=website)
    if request.method == "POST" and form.is_valid():
        given = {"url": form.cleaned_data["url"], "credentials": form.credentials()}
        try:
            made = (
                shop_ensure(team=team, **given)
                if website is None
                else shop_change(website=website, **given)
            )
        except InvalidInputError as error:
            form.complain(error)
        else:
            return redirect(f"{reverse('setup:test', args=[team.pk, made.pk])}?{RUN}=1")
    return page(request, team, "shop", form=form, website=website)


@of_team
def test(request: HttpRequest, team: Team, website: int) -> HttpResponse:
    """A post asks the shop; the outcome is shown behind a redirect, so that it can be reloaded."""
    row = website_for(team, website)
    here = reverse("setup:test", args=[team.pk, row.pk])
    if request.method == "POST":
        shop_test(website=row)
        return redirect(here)
    look = last_look(row)
    return page(
        request,
        team,
        "test",
        rows={"test": row.pk, "products": row.pk},
        website=row,
        look=_said(look),
        count=row.catalogue.listed().count(),
        runs_now=RUN in request.GET,
        here=here,
        change_url=reverse("setup:change", args=[team.pk, row.pk]),
        products_url=reverse("setup:products", args=[team.pk, row.pk]),
    )


@of_team
def products(request: HttpRequest, team: Team, website: int) -> HttpResponse:
    row = website_for(team, website)
    form = ThresholdForm(
        request.POST if request.method == "POST" else None,
        initial={"threshold": team.low_stock_threshold},
    )
    if request.method == "POST":
        if "read" in request.POST:
            return _read(request, team, row)
        if form.is_valid() and _watch(request, row, form, team):
            standing = standing_of(team, user_of(request))
            return redirect(address_of(next_step(standing), team, standing))
    look = last_look(row)
    offers = offers_of(row, look)
    return page(
        request,
        team,
        "products",
        rows={"test": row.pk, "products": row.pk},
        website=row,
        website_url=page_url(row),
        look=_said(look),
        offers=offers,
        unwatched=sum(not offer.is_watched for offer in offers),
        form=form,
        next_url=_after_products(request, team),
    )


def _said(look: Look | None) -> Look | None:
    """In the reader's language."""
    if look is None:
        return None
    return look._replace(
        message=shown(look.message),
        advice=shown(look.advice),
        tried=tuple((shown(label), code) for label, code in look.tried),
    )


def _read(request: HttpRequest, team: Team, row: Website) -> HttpResponse:
    look = shop_list(website=row)
    if not look.ok:
        messages.error(request, joined(shown(look.message), shown(look.advice)))
    return redirect("setup:products", team.pk, row.pk)


def _watch(request: HttpRequest, row: Website, form: ThresholdForm, team: Team) -> bool:
    """True when the walk goes on. What the team's own threshold says already is not repeated in
    every monitor."""
    ids = chosen(request.POST, offers_of(row, None) if "all" in request.POST else ())
    threshold = form.cleaned_data["threshold"]
    if threshold == team.low_stock_threshold:
        threshold = None
    if not ids and row.monitors.exists():
        return True
    try:
        if not ids:
            raise InvalidInputError(gettext("Tick at least one product."))
        made, before = products_watch(website=row, product_ids=ids, threshold=threshold)
    except ProductError as error:
        form.add_error(None, error_text(error))
        return False
    messages.success(request, _told(made, before))
    return True


def _told(made: int, before: int) -> str:
    if before:
        text = ngettext(
            "%(made)d product is watched now; %(before)d were watched already.",
            "%(made)d products are watched now; %(before)d were watched already.",
            made,
        )
        return text % {"made": made, "before": before}
    text = ngettext("%(made)d product is watched now.", "%(made)d products are watched now.", made)
    return text % {"made": made}


def _after_products(request: HttpRequest, team: Team) -> str:
    """Where “skip” leads: to the first later step that is not done."""
    standing = standing_of(team, user_of(request))
    if standing.channel is None:
        return reverse("setup:tell", args=[team.pk])
    return address_of("done" if standing.is_tried else "try", team, standing)
