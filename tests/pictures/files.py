"""Where the pictures are, and what draws them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.pictures.architecture import architecture
from tests.pictures.loop import loop

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DRAWN: Mapping[Path, Callable[[], str]] = {
    FOLDER / "architecture.svg": architecture,
    FOLDER / "loop.svg": loop,
}
SCREENSHOT = FOLDER / "administrator-page.png"
