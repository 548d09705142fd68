from engine.describing import in_lines


def test_bars_are_read_bar_by_bar():
    assert in_lines({"chords": [["Am", "G/B"], [], ["C"]]}) == ["chords | Am G/B | · | C |"]


def test_lists_tell_what_occurs_in_them_once():
    assert in_lines({"fills": ["", "toms", "", "toms", "snare"]}) == ["fills toms, snare"]


def test_names_and_values():
    told = {"kick_lock": True, "swing": 1 / 3, "lines": {"kick": "X..."}, "register": 60}
    assert in_lines(told) == ["kick lock yes", "swing 0.33", "lines kick X...", "register 60"]


def test_what_says_nothing_has_no_line():
    assert in_lines({"fills": ["", ""], "none": [], "no": {}, "nil": None, "blank": ""}) == []
