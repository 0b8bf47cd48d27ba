"""The pages of the iFrame as HTML: what a person reads and the forms they send.

Values in, HTML out. The texts are the sandbox's own, and no form asks for anything about a person.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import LiteralString

from deploy.sandbox.dosespot import identity, steps
from deploy.sandbox.dosespot.clinician import IDP_ERROR, ClinicEnrollment
from deploy.sandbox.markup import Html, fill, joined

QUESTIONS = identity.QUESTIONS[:2]
AGREEMENTS = (
    (
        "Agreement on electronic prescribing",
        "I use this sandbox to try out electronic prescribing with people who do not exist. "
        "I know that no prescription leaves it.",
    ),
    (
        "Agreement on keeping access to yourself",
        "I let nobody else use this page in my place, as with a real one.",
    ),
    (
        "Agreement on controlled substances",
        "I know that outside this sandbox controlled substances need a proven identity and a "
        "second factor, and that neither can be had from it.",
    ),
)

_CSS = Html(
    """
:root{color-scheme:light dark;--text:#1b1f24;--back:#fff;--line:#6b737d;--faint:#8a929c;
--accent:#14507a;--on:#fff;--off:#dde1e6;--on-off:#40464d;--focus:#b35900;--bad:#b3261e;
--tint:#fceeee;--good:#1c6b3c;--tint-good:#eef7f0}
@media (prefers-color-scheme:dark){:root{--text:#e6eaf0;--back:#1a2029;--line:#8891a4;
--faint:#5b6677;--accent:#8fc0ff;--on:#0c1a2c;--off:#2d3644;--on-off:#b3bcc9;--focus:#ffb86b;
--bad:#ff9d9d;--tint:#43202a;--good:#7ddba5;--tint-good:#16352a}}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
header,main{max-width:40rem;margin:0 auto;padding:.75rem 1rem;overflow-wrap:anywhere}
header{font-size:.875rem;border-bottom:1px solid var(--faint)}
header p{margin:0}
h1{font-size:1.5rem;line-height:1.25}
h2{font-size:1.125rem}
fieldset{margin:0 0 1rem;padding:.5rem 1rem;border:1px solid var(--line);border-radius:.4rem}
legend{padding:0 .25rem;font-weight:600}
label{display:block;padding:.25rem 0}
input[type=text],input[type=search],input[type=date],textarea{display:block;width:100%;
max-width:16rem;padding:.5rem;font:inherit;color:inherit;background:var(--back);
border:1px solid var(--line);border-radius:.4rem}
textarea{max-width:none}
h3{font-size:1rem;margin:0}
ul.cards{padding:0;list-style:none}
ul.cards>li{margin:0 0 1rem;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.4rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;font-weight:600}
th,td{padding:.375rem .5rem;border:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:normal}
form+form{margin-top:1rem}
.row>form{margin:0}
.row{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}
button{padding:.625rem 1rem;font:inherit;font-weight:600;color:var(--on);
background:var(--accent);border:1px solid transparent;border-radius:.4rem}
button.second{color:var(--accent);background:var(--back);border-color:var(--accent)}
button:disabled{color:var(--on-off);background:var(--off)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.done{padding:.5rem 1rem;border-left:.25rem solid var(--good);background:var(--tint-good)}
.notice{padding:.5rem 1rem;border-left:.25rem solid var(--bad);background:var(--tint)}
"""
)
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; base-uri 'none'"
)

_FRAME: LiteralString = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} - DoseSpot sandbox</title>
<style>{css}</style>
</head>
<body>
<header>
<p>Sandbox. Nothing here reaches DoseSpot or a pharmacy. {who}</p>
</header>
<main>
<h1>{heading}</h1>
{content}
</main>
</body>
</html>
"""


def page(heading: str, content: object, who: str = "") -> Html:
    """A whole page; `who` says in its head who is signed in."""
    return fill(_FRAME, heading=heading, css=_CSS, content=content, who=who)


def sentence(text: str) -> Html:
    """A paragraph, or nothing if there is nothing to say."""
    return fill("<p>{text}</p>", text=text) if text else Html()


def notice(text: str) -> Html:
    """A paragraph that a person has to see first, or nothing if there is nothing to say."""
    return fill('<p class="notice" role="alert">{text}</p>', text=text) if text else Html()


def done(text: str) -> Html:
    """A paragraph about what was just done, or nothing if nothing was."""
    return fill('<p class="done" role="status">{text}</p>', text=text) if text else Html()


def agreements(enrollment: ClinicEnrollment, action: str) -> Html:
    """The first agreement that is not signed, with the button that signs it."""
    number, agreement = next(
        (number, each) for number, each in enumerate(enrollment.agreements) if not each.signed_at
    )
    title, text = AGREEMENTS[number % len(AGREEMENTS)]
    return fill(
        """<p>Agreement {number} of {count}</p>
<article aria-labelledby="agreement-title">
<h2 id="agreement-title">{title}</h2>
<p>{text}</p>
</article>
<form method="post" action="{action}">
<input type="hidden" name="agreement-id" value="{id}">
<p id="signature">I have read and sign this agreement.</p>
<button type="submit" aria-describedby="signature">Sign agreement</button>
</form>""",
        number=number + 1,
        count=len(enrollment.agreements),
        title=title,
        text=text,
        action=action,
        id=agreement.id,
    )


def before_proofing(enrollment: ClinicEnrollment, path: str) -> Html:
    """What identity proofing is, and the button that begins it; after it failed, ID.me too."""
    has_failed = enrollment.status == IDP_ERROR
    failed = "Identity proofing failed (IDPError). You may try again."
    return fill(
        """{failed}{id_me}<p>Identity proofing in this sandbox is two questions about letters. It
asks for nothing about you. By starting it you accept that it is not binding.</p>
<form method="post" action="{path}/begin-identity-proofing">
<button type="submit">Begin identity proofing</button>
</form>""",
        failed=notice(failed if has_failed else ""),
        id_me=_id_me(path) if has_failed else "",
        path=path,
    )


def _id_me(path: str) -> Html:
    return fill(
        """<p>You can have your identity verified by ID.me instead. In this sandbox that takes no
time, and nobody is asked for anything.</p>
<form method="post" action="{path}/verify-with-id-me">
<button type="submit">Verify with ID.me</button>
</form>""",
        path=path,
    )


def proofing(enrollment: ClinicEnrollment, action: str) -> Html:
    """The questions of the session that is open."""
    failures = enrollment.idp_failures
    return fill(
        """{wrong}<form method="post" action="{action}">
<input type="hidden" name="session" value="{session}">
{questions}
<button type="submit">Submit answers</button>
</form>""",
        wrong=notice(f"These answers were not right. {_left(failures)}" if failures else ""),
        action=action,
        session=enrollment.idp_session,
        questions=joined(_question(number, text) for number, text in enumerate(QUESTIONS, 1)),
    )


def second_factor(enrollment: ClinicEnrollment, action: str, button: str) -> Html:
    """The form for a code of the second factor, with the serial number where it is a token."""
    failures = enrollment.tfa_failures
    by_token = enrollment.tfa_type == "Token"
    return fill(
        """{wrong}<p>{how}</p>
<form method="post" action="{action}" autocomplete="off">
{serial_number}
<p><label for="code">Six-digit code</label>
<input id="code" name="code" type="text" inputmode="numeric" pattern="[0-9]{{6}}" maxlength="6"
required aria-describedby="code-hint"></p>
<p id="code-hint">In this sandbox the code {code} works.</p>
<button type="submit">{button}</button>
</form>""",
        wrong=notice(f"This code was not right. {_left(failures)}" if failures else ""),
        how="Enter what your token shows." if by_token else "Enter the code from your phone.",
        action=action,
        serial_number=_SERIAL_NUMBER if by_token else "",
        code=identity.RIGHT_CODE,
        button=button,
    )


_SERIAL_NUMBER = Html(
    """<p><label for="serial-number">Token serial number</label>
<input id="serial-number" name="serial-number" type="text" maxlength="32" required
aria-describedby="serial-number-hint"></p>
<p id="serial-number-hint">In this sandbox any number works.</p>"""
)


def _question(number: int, text: str) -> Html:
    return fill(
        """<fieldset aria-describedby="hint-{number}">
<legend>{number}. {text}</legend>
<p id="hint-{number}">Sandbox question: in this sandbox the right answer is {right}.</p>
{choices}
</fieldset>""",
        number=number,
        text=text,
        right=identity.RIGHT_ANSWER,
        choices=_choices(f"answer-{number}", identity.CHOICES),
    )


def _choices(name: str, choices: Sequence[str]) -> Html:
    return joined(
        fill(
            '<label><input type="radio" name="{name}" value="{choice}" required> {choice}</label>',
            name=name,
            choice=choice,
        )
        for choice in choices
    )


def _left(failures: int) -> str:
    left = steps.ATTEMPTS - failures
    return f"{left} attempt is left." if left == 1 else f"{left} attempts are left."
