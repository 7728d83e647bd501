"""A stock line as small as a word, drawn on the server: no script, no outside asset."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from monitoring.admin.chartaxes import number_text

WIDTH, HEIGHT, EDGE = 96, 24, 2


def sparkline(points: Sequence[int | None], *, label: str = "") -> SafeString:
    """`points` are stock at equal distances, oldest first; None is unknown and leaves a gap.

    Each holds until the next one (a step line). 0 stands on the ground line, below 0 as well. The
    picture has a text for those who cannot see it: `label`, else lowest, highest and last number.
    Without any number it is a word in grey.
    """
    known = [point for point in points if point is not None]
    if not known:
        return format_html('<span class="desk-muted">{}</span>', gettext("no number"))
    top = max(*known, 1)
    step = WIDTH / len(points)
    line = area = ""
    joined = False
    for index, point in enumerate(points):
        if point is None:
            joined = False
            continue
        left, right = round(index * step, 1), round((index + 1) * step, 1)
        y = round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * max(point, 0) / top, 1)
        line += f"{'L' if joined else 'M'}{left} {y}H{right}"
        area += f"M{left} {HEIGHT - EDGE}V{y}H{right}V{HEIGHT - EDGE}Z"
        joined = True
    return format_html(
        '<svg class="desk-spark" role="img" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<title>{}</title><path class="desk-spark-ground" d="M0 {}H{}" />'
        '<path class="desk-chart-area" d="{}" /><path class="desk-spark-line" d="{}" /></svg>',
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        label or _told(points, known),
        HEIGHT - EDGE,
        WIDTH,
        area,
        line,
    )


def _told(points: Sequence[int | None], known: Sequence[int]) -> str:
    last = gettext("unknown") if points[-1] is None else number_text(points[-1])
    return gettext("Lowest %(lowest)s, highest %(highest)s, now %(last)s") % {
        "lowest": number_text(min(known)),
        "highest": number_text(max(known)),
        "last": last,
    }
