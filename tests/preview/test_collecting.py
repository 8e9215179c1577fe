"""While a preview works, Python does not look through all objects again and again."""

import gc

from app.collecting import collecting


def test_the_last_who_leaves_brings_back_what_was_there() -> None:
    before = gc.get_threshold()
    first, second = collecting.rarely(), collecting.rarely()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[2] > before[2]
    assert gc.get_threshold()[:2] == before[:2]
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
