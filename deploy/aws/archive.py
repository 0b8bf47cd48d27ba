"""A zip that is the same, byte by byte, whenever its files are; and Lambda's limits for one."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
MODE = stat.S_IFREG | 0o644
UNIX = 3  # what made the zip, so that MODE counts

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_ZIPPED_BYTES = 50 * 2**20
MAX_UNZIPPED_BYTES = 250 * 2**20


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """Writes a zip that is complete from the moment it is there.

    Args:
        path: where to; its folder is created if there is none.
        files: content by path in the zip.

    Raises:
        ValueError: the zip would be over Lambda's limits; nothing is written then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with ZipFile(unfinished, "w") as archive:
            for name, content in sorted(files.items()):
                archive.writestr(_entry(name), content)
        check_limits(unfinished.stat().st_size, sum(map(len, files.values())))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def check_limits(zipped: int, unzipped: int) -> None:
    """Holds a package's sizes in bytes against Lambda's limits.

    Raises:
        ValueError: one is above its limit.
    """
    for size, limit, how in (
        (zipped, MAX_ZIPPED_BYTES, "zipped"),
        (unzipped, MAX_UNZIPPED_BYTES, "unzipped"),
    ):
        if size > limit:
            raise ValueError(
                f"The package is {size:,} bytes {how}, and Lambda takes {limit:,}: it needs fewer"
                " or smaller libraries."
            )


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = MODE << 16
    return entry
