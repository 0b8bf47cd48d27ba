"""The server's own sign-in page as HTML, to which other web pages send people.

Values in, HTML out. The page lists who can sign in, because everybody here is made up, and what can
be typed into the forms behind it.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.markup import Html, fill, joined


@dataclass(frozen=True)
class Guest:
    """Somebody made up, whom anybody may sign in as.

    Attributes:
        email: the login.
        password: opens nothing but a sandbox.
        name: how the page calls the person.
        description: what somebody who signs in as this person has to know.
    """

    email: str
    password: str
    name: str
    description: str


@dataclass(frozen=True)
class Example:
    """What can be entered in one place, and is taken.

    Attributes:
        place: the form or page.
        rows: labels, and what to enter.
    """

    place: str
    rows: tuple[tuple[str, str], ...]


_CSS = Html(
    """
:root{color-scheme:light dark;--text:#1b2430;--soft:#566072;--back:#f4f6f9;--card:#fff;
--line:#77808f;--faint:#dde2ea;--accent:#1257a8;--on:#fff;--bad:#a3152c}
@media (prefers-color-scheme:dark){:root{--text:#e6eaf0;--soft:#a7b0bf;--back:#12161d;
--card:#1a2029;--line:#8891a4;--faint:#2f3846;--accent:#8fc0ff;--on:#0c1a2c;--bad:#ff9d9d}}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem;display:grid;gap:1.5rem;
grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));align-items:start}
section{padding:1.5rem;background:var(--card);border-radius:.75rem;
box-shadow:0 1px 3px rgb(0 0 0/.15)}
section+section{margin-top:1.5rem}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
h2{margin:0 0 .5rem;font-size:1.125rem}
p{margin:0 0 1rem}
label{display:block;margin-bottom:1rem;font-weight:600}
input{display:block;width:100%;margin-top:.25rem;padding:.5rem .75rem;font:inherit;
color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.375rem}
button{padding:.5rem 1rem;font:inherit;font-weight:600;color:var(--on);background:var(--accent);
border:1px solid transparent;border-radius:.375rem;cursor:pointer}
ul{margin:0;padding:0;list-style:none}
li{border-top:1px solid var(--faint)}
li button{width:100%;padding:.625rem .25rem;text-align:left;font-weight:400;color:inherit;
background:none;overflow-wrap:anywhere}
li button:hover strong{text-decoration:underline}
strong{display:block;color:var(--accent)}
details{border-top:1px solid var(--faint);padding:.5rem .25rem}
summary{cursor:pointer;font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.5rem 0 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.bad{color:var(--bad);font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
"""
)
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

_FRAME: LiteralString = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - sandbox</title>
<link rel="icon" href="data:,">
<style>{css}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def content_security_policy(redirect_origin: str) -> str:
    """What browsers may do on the page; its form leads back to where the person came from."""
    return (
        f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; img-src data:; base-uri 'none';"
        f" form-action 'self' {redirect_origin}; frame-ancestors 'none'"
    )


@dataclass(frozen=True)
class SignInHints:
    """What the page shows beside its form.

    Attributes:
        guests: who can sign in.
        examples: what can be entered in the forms behind the page.
    """

    guests: Sequence[Guest] = ()
    examples: Sequence[Example] = ()


def sign_in(application: str, hints: SignInHints, email: str = "", problem: str = "") -> Html:
    """The form, who can sign in, and what can be typed afterwards.

    Args:
        application: name of what the person signs in to.
        hints: what stands beside the form.
        email: what was typed.
        problem: why the person is here again; empty at first.
    """
    form = fill(
        """<section>
<h1>Sign in</h1>
<p class="soft">to {application}. Everything here is made up; no real account opens it.</p>
{problem}
<form method="post">
<label>E-mail
<input name="email" type="email" autocomplete="username" required value="{email}"></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
</form>
</section>""",
        application=application,
        problem=fill('<p class="bad" role="alert">{problem}</p>', problem=problem)
        if problem
        else "",
        email=email,
    )
    who = [_who(hints.guests)] if hints.guests else []
    what = [_what(hints.examples)] if hints.examples else []
    column = fill("<div>\n{parts}\n</div>", parts=joined([form, *what]))
    return _page(joined([column, *who]))


def choice(login: str, memberships: Sequence[Resource]) -> Html:
    """The memberships of somebody who has several, to choose from."""
    items = joined(
        fill(
            """<li><form method="post">
<input type="hidden" name="login" value="{login}">
<button type="submit" name="profile" value="{id}"><strong>{name}</strong>{project}</button>
</form></li>""",
            login=login,
            id=membership["id"],
            name=membership["profile"].get("display", membership["profile"]["reference"]),
            project=membership["project"].get("display", ""),
        )
        for membership in memberships
    )
    return _page(
        fill("<section>\n<h1>Choose a project</h1>\n<ul>{items}</ul>\n</section>", items=items)
    )


def _who(guests: Sequence[Guest]) -> Html:
    items = joined(
        fill(
            """<li><form method="post">
<input type="hidden" name="email" value="{email}">
<input type="hidden" name="password" value="{password}">
<button type="submit"><strong>{name}</strong>{description}</button>
</form></li>""",
            email=guest.email,
            password=guest.password,
            name=guest.name,
            description=guest.description,
        )
        for guest in guests
    )
    return fill(
        """<section>
<h2>Who can sign in</h2>
<p class="soft">Choose somebody to sign in as. Everybody has the password
{password}, and so has whoever you invite.</p>
<ul>
{items}
</ul>
</section>""",
        password=guests[0].password,
        items=items,
    )


def _what(examples: Sequence[Example]) -> Html:
    places = joined(
        fill(
            "<details>\n<summary>{place}</summary>\n<dl>\n{rows}\n</dl>\n</details>\n",
            place=each.place,
            rows=joined(
                fill("<dt>{label}</dt><dd>{value}</dd>", label=label, value=value)
                for label, value in each.rows
            ),
        )
        for each in examples
    )
    return fill(
        """<section>
<h2>What to type</h2>
<p class="soft">Made-up places, people and numbers that every form takes.</p>
{places}
</section>""",
        places=places,
    )


def _page(content: Html) -> Html:
    return fill(_FRAME, css=_CSS, content=content)
