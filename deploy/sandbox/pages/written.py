"""Writes the pages for any web server: files as they are, a config, and what browsers shall refuse.

Every page carries its Content-Security-Policy itself. What only headers can say, that no other site
may show the pages in a frame, stands in `_headers` with all the rest, in the form that Netlify and
Cloudflare Pages read.
"""

import json
from html import escape
from pathlib import Path
from shutil import copytree

from deploy.sandbox.pages import STATIC, Site, origin, security_headers

POLICY = "Content-Security-Policy"
BEFORE_POLICY = '<meta charset="utf-8">'
ONLY_AS_HEADER = "frame-ancestors"


def write_site(site: Site, folder: Path) -> None:
    """Writes the pages into a folder.

    Args:
        site: what the pages are told.
        folder: empty, or not there yet.

    Raises:
        ValueError: there is something in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty. Name another folder, or empty it first.")
    headers = security_headers(origin(site.fhir_base_url), site.iframe_origin)
    copytree(STATIC, folder, dirs_exist_ok=True)
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(with_policy(text, headers[POLICY]), encoding="utf-8")
    config = json.dumps(site.config, indent=2) + "\n"
    (folder / "config.json").write_text(config, encoding="utf-8")
    (folder / "_headers").write_text(_as_file(headers), encoding="utf-8")


def with_policy(page: str, policy: str) -> str:
    """A page that says itself what browsers shall refuse."""
    told = "; ".join(part for part in policy.split("; ") if not part.startswith(ONLY_AS_HEADER))
    meta = f'<meta http-equiv="{POLICY}" content="{escape(told)}">'
    return page.replace(BEFORE_POLICY, f"{BEFORE_POLICY}\n    {meta}", 1)


def _as_file(headers: dict[str, str]) -> str:
    return "\n".join(["/*", *(f"  {name}: {value}" for name, value in headers.items()), ""])
