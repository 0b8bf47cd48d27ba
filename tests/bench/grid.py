"""How soon the administrator page shows its first row of 500 people: `python -m tests.bench.grid`.

Each time the page is loaded anew by somebody who is signed in; counted is from when the browser
leaves for it until a row stands in the table.
"""

from statistics import median

from playwright.sync_api import Browser, expect, sync_playwright

from deploy.sandbox.people import Person
from deploy.sandbox.sandbox import Sandbox
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.people import ADMIN
from tests.browser.screen import Complaints, Screen

PEOPLE, TIMES = 500, 11
WATCH = """
new MutationObserver((_, watcher) => {
  if (document.querySelector(".team tbody tr")) {
    window.firstRowMs = performance.now();
    watcher.disconnect();
  }
}).observe(document, { childList: true, subtree: true });
"""


def first_row_ms(browser: Browser, people: int = PEOPLE, times: int = TIMES) -> list[float]:
    """Milliseconds until the first row, once for each time that the page is loaded."""
    with Sandbox() as sandbox, browser.new_context() as context:
        _add(sandbox, people)
        screen = Screen.open(context, Complaints(), sandbox.ready["pages"]["baseUrl"])
        screen.sign_in("admin/", ADMIN)
        screen.expect_text(f"50 of {people + 8} prescribers shown.")
        context.add_init_script(WATCH)
        return [_reload(screen) for _ in range(times)]


def _add(sandbox: Sandbox, people: int) -> None:
    """Members of the project, each with a role, half of them with a status."""
    fhir, (project, *_) = sandbox.fhir, sandbox.fhir.resources("Project")
    status = {"url": "https://dosespot.com/registration-status", "valueCode": "IDPSuccess"}
    for number in range(people):
        person = Person(f"crowd{number}", ("Kim",), f"Crowd{number:03}", str(number))
        extension = {"extension": [status]} if number % 2 else {}
        practitioner = {**person.practitioner(), **extension}
        added = fhir.add_person(project["id"], practitioner, person.email, "sandbox-password")
        role = {
            "resourceType": "PractitionerRole",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{added.profile_id}"},
        }
        fhir.add_resource(project["id"], role)


def _reload(screen: Screen) -> float:
    screen.page.reload()
    expect(screen.page.get_by_role("rowheader")).to_have_count(50)
    expect(screen.page.locator(".stepper li")).to_have_count(4)
    return float(screen.page.evaluate("window.firstRowMs"))


if __name__ == "__main__":
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = first_row_ms(chromium)
        chromium.close()
    print(  # noqa: T201 - it is a command
        f"{PEOPLE} people, {len(found)} times: first row after {median(found):.0f} ms (median),"
        f" {max(found):.0f} ms at most"
    )
