"""The README's picture of the administrator page can be made."""

from playwright.sync_api import Browser

from tests.pictures.administrator_page import administrator_page


def test_the_picture_of_the_administrator_page_is_made(browser: Browser) -> None:
    assert administrator_page(browser).startswith(b"\x89PNG")
