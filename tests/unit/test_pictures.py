"""The drawn pictures of the docs are those that the code draws."""

from xml.etree import ElementTree

import pytest

from tests.pictures.files import DRAWN, SCREENSHOT


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_a_picture_is_the_one_that_is_drawn(path):
    assert path.read_text(encoding="utf-8") == DRAWN[path](), "run `make pictures`"
    ElementTree.fromstring(path.read_text(encoding="utf-8"))


def test_the_screenshot_is_there():
    assert SCREENSHOT.read_bytes().startswith(b"\x89PNG")
