"""What a Lambda function would run from: the bots and what they need, with byte code."""

import compileall
import shutil
from importlib.metadata import distribution
from pathlib import Path
from py_compile import PycInvalidationMode

from deploy.aws.package import OWN, ROOT

DISTRIBUTIONS = (
    *("requests", "urllib3", "certifi", "idna"),
    *("pydantic", "pydantic-core", "annotated-types", "typing-extensions", "typing-inspection"),
)
"""Without requests' detector of charsets, which is optional."""


def build(folder: Path) -> int:
    """Fills a folder; returns how many bytes it holds."""
    for source in (path for pattern in OWN for path in ROOT.glob(pattern)):
        (folder / source.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.relative_to(ROOT))
    for name in DISTRIBUTIONS:
        _copy(name, folder)
    compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _copy(name: str, folder: Path) -> None:
    for file in distribution(name).files or []:
        if ".dist-info" in file.parts[0] or ".." in file.parts or "__pycache__" in file.parts:
            continue
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.locate(), folder / file)
