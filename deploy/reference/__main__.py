"""`python -m deploy.reference` writes the tables of the pages in `docs/reference`."""

from deploy.reference.page import PAGES, with_blocks

for page in PAGES:
    page.write_text(with_blocks(page.read_text("utf-8")), "utf-8")
