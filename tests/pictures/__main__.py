"""`python -m tests.pictures` writes all pictures; the screenshot needs Chromium."""

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.pictures.administrator_page import administrator_page
from tests.pictures.files import DRAWN, SCREENSHOT

for path, draw in DRAWN.items():
    path.write_text(draw(), encoding="utf-8")
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    SCREENSHOT.write_bytes(administrator_page(browser))
    browser.close()
