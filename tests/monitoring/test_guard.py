from __future__ import annotations

from monitoring.guard import GuardLimits, judge

LIMITS = GuardLimits(lost_min=5, lost_share=0.2, flip_min=10, flip_share=0.5)


def _ids(count):
    return {str(number) for number in range(count)}


def _judge(before, now, *, flips=0, is_html=False, templates=("", "")):
    known = dict.fromkeys(before & now, True)
    seen = {pid: not (index < flips) for index, pid in enumerate(sorted(known))}
    return judge(
        listed_before=before,
        listed_now=now,
        available_before=known,
        available_now=seen,
        template_before=templates[0],
        template_now=templates[1],
        is_html=is_html,
        limits=LIMITS,
    )


def test_few_lost_products_are_believed():
    assert not _judge(_ids(10), _ids(6)).is_suspect


def test_a_small_share_of_lost_products_is_believed():
    assert not _judge(_ids(100), _ids(80)).is_suspect


def test_many_lost_products_are_suspect():
    verdict = _judge(_ids(20), _ids(15))
    assert verdict.is_suspect
    assert "5 of 20" in verdict.reason


def test_the_same_finding_has_the_same_fingerprint_and_another_one_not():
    assert _judge(_ids(20), _ids(10)).fingerprint == _judge(_ids(20), _ids(10)).fingerprint
    assert _judge(_ids(20), _ids(10)).fingerprint != _judge(_ids(20), _ids(9)).fingerprint


def test_mass_flips_are_suspect_for_pages_only():
    assert _judge(_ids(20), _ids(20), flips=15, is_html=True).is_suspect
    assert not _judge(_ids(20), _ids(20), flips=15).is_suspect
    assert not _judge(_ids(20), _ids(20), flips=10, is_html=True).is_suspect


def test_pages_that_look_otherwise_are_suspect():
    same = _ids(3)
    assert _judge(same, same, is_html=True, templates=("standard_cart", "modern")).is_suspect
    assert _judge(same, same, is_html=True, templates=("standard_cart", "")).is_suspect
    assert not _judge(same, same, templates=("standard_cart", "modern")).is_suspect
    assert not _judge(same, same, is_html=True, templates=("", "modern")).is_suspect
