"""`python -m deploy.reference` writes the tables of `docs/reference/bots.md`."""

from deploy.reference.page import PAGE, with_blocks

PAGE.write_text(with_blocks(PAGE.read_text("utf-8")), "utf-8")
