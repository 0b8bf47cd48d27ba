"""The pages as a person sees and uses them."""

import re
from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import (
    APIResponse,
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Locator,
    Page,
    Route,
    expect,
)

from deploy.sandbox.people import PASSWORD

# Chromium writes this for every answer with such a status; the pages tell it to the person.
ANSWERED_NO = re.compile(r"Failed to load resource: .* status of (40[01349]|429|503) \(")


@dataclass
class Complaints:
    """Errors on the console, and exceptions that no code caught; a broken CSP is among them."""

    texts: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.texts.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not ANSWERED_NO.match(message.text):
            self.texts.append(message.text)


@dataclass(frozen=True)
class Screen:
    """One window.

    Attributes:
        page: what is in it.
        base_url: where the pages are.
    """

    page: Page
    base_url: str

    @classmethod
    def open(cls, context: BrowserContext, complaints: Complaints, base_url: str) -> Self:
        page = context.new_page()
        complaints.watch(page)
        return cls(page, base_url)

    def go_to(self, path: str) -> None:
        self.page.goto(f"{self.base_url}{path}")

    def sign_in(self, path: str, login: str, password: str = PASSWORD) -> None:
        self.go_to(path)
        self.button("Sign in").click()
        self.give_password(login, password)

    def give_password(self, login: str, password: str = PASSWORD) -> None:
        """Fills in the server's own sign-in page."""
        self.page.get_by_label("E-mail").fill(login)
        self.page.get_by_label("Password").fill(password)
        self.button("Sign in").click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, name: str) -> "PrescriberRow":
        """A prescriber's row on the administrator page."""
        header = self.page.get_by_role("rowheader", name=name)
        return PrescriberRow(self.page.get_by_role("row").filter(has=header), name)

    @property
    def dosespot(self) -> "DoseSpotFrame":
        return DoseSpotFrame(self.page.frame_locator("iframe[title='DoseSpot']"))

    def expect_text(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_be_visible()

    def overflow_px(self) -> int:
        """By how much the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))


def end_session(screen: Screen) -> None:
    """Has the server forget the sign-in of who sits before a window."""
    script = "JSON.parse(sessionStorage.getItem('activeLogin')).accessToken"
    headers = {"Authorization": f"Bearer {screen.page.evaluate(script)}"}
    config = screen.page.request.get(f"{screen.base_url}config.json").json()
    screen.page.request.post(f"{config['fhirBaseUrl']}oauth2/logout", headers=headers)


@dataclass
class HeldBack:
    """One call of a page whose answer comes late.

    Attributes:
        page: which page.
        route: the call, once the page has made it.
        answer: what the server answered at once; None where it is asked only in the end.
    """

    page: Page
    pattern: str | re.Pattern[str]
    asks_at_once: bool
    route: Route | None = None
    answer: APIResponse | None = None

    def __post_init__(self) -> None:
        self.page.route(self.pattern, self._hold, times=1)

    def _hold(self, route: Route) -> None:
        self.answer = route.fetch() if self.asks_at_once else None
        self.route = route

    def let_through(self) -> None:
        """Lets the page have its answer, and returns when the page has seen it."""
        while self.route is None:  # each turn lets the page go on
            self.page.evaluate("null")
        with self.page.expect_response(self.pattern) as expected:
            if self.answer:
                self.route.fulfill(response=self.answer)
            else:
                self.route.continue_()
        expected.value.finished()
        self.page.evaluate("fetch('../config.json').then((answer) => answer.text())")


@dataclass(frozen=True)
class PrescriberRow:
    """One row of the administrator's table."""

    locator: Locator
    name: str

    def press(self, action: str) -> None:
        """Does what the row offers first or, where that is something else, in its menu."""
        main = self.locator.get_by_role("button", name=f"{action}: {self.name}")
        expect(self.locator.locator(".acts > button")).to_be_visible()
        if main.count():
            main.click()
            return
        self.locator.get_by_role("button", name=f"More for {self.name}").click()
        self.locator.locator(".menu").get_by_role("button", name=action).click()

    def decide(self, action: str, *roles: str, factor: str | None = None) -> None:
        """Presses, and says in the window with which roles and which second factor."""
        self.press(action)
        window = self.window(action)
        for role in roles:
            window.get_by_label(role, exact=True).check()
        if factor:
            window.get_by_label("Second factor").select_option(factor)
        window.get_by_role("button", name=action).click()

    def window(self, action: str) -> Locator:
        """What is asked before something is done."""
        return self.locator.page.get_by_role("dialog", name=f"{action}: {self.name}")

    def expect_result(self, text: str) -> None:
        expect(self.locator.get_by_role("status")).to_contain_text(text)

    def expect_verdicts(self, *texts: str) -> None:
        expect(self.locator.locator(".verdicts .pill")).to_have_text(list(texts))

    def expect(self, column: str, text: str) -> None:
        cell = self.locator.locator(f"[data-label='{column}']")
        expect(cell).to_contain_text(text)


@dataclass(frozen=True)
class DoseSpotFrame:
    """DoseSpot's page inside the provider page, where a prescriber does what is theirs."""

    frame: FrameLocator

    def expect_heading(self, name: str) -> None:
        expect(self.frame.get_by_role("heading", name=name)).to_be_visible()

    def sign_agreements(self) -> None:
        self.expect_heading("Legal agreements")
        shown = self.frame.get_by_text(re.compile(r"^Agreement \d+ of \d+$")).inner_text()
        count = int(shown.rpartition(" ")[2])
        for number in range(1, count + 1):
            expect(self.frame.get_by_text(f"Agreement {number} of {count}")).to_be_visible()
            self.press("Sign agreement")
        expect(self.frame.get_by_role("heading", name="Legal agreements")).to_be_hidden()

    def prove_identity(self) -> None:
        self.expect_heading("Identity proofing")
        self.press("Begin identity proofing")
        expect(self.frame.get_by_role("group")).not_to_have_count(0)
        for question in self.frame.get_by_role("group").all():
            question.get_by_label("A", exact=True).check()
        self.press("Submit answers")
        expect(self.frame.get_by_role("heading", name="Identity proofing")).to_be_hidden()

    def fail_identity(self) -> None:
        """Answers wrongly three times, after which DoseSpot offers ID.me."""
        self.expect_heading("Identity proofing")
        self.press("Begin identity proofing")
        for left in ("2 attempts are left", "1 attempt is left", "Identity proofing failed"):
            expect(self.frame.get_by_role("group")).not_to_have_count(0)
            for question in self.frame.get_by_role("group").all():
                question.get_by_label("B", exact=True).check()
            self.press("Submit answers")
            expect(self.frame.get_by_text(left)).to_be_visible()

    def verify_with_id_me(self) -> None:
        self.press("Verify with ID.me")
        expect(self.frame.get_by_role("heading", name="Identity proofing")).to_be_hidden()

    def activate_second_factor(self) -> None:
        self.expect_heading("Two-factor authentication")
        self.frame.get_by_label("Six-digit code").fill("123456")
        self.press("Activate")
        self.expect_heading("Ready to prescribe")

    def prescribe(self, drug: str, directions: str) -> None:
        """Sends a prescription of a drug to the first pharmacy, for the patient that is shown."""
        self.write(drug, directions)
        self.press("Approve & send")
        expect(self.frame.get_by_text("1 prescription was sent.")).to_be_visible()

    def write(self, drug: str, directions: str) -> None:
        """Writes the same, up to the review."""
        self.press("Add prescription")
        self.frame.get_by_label("Pharmacy name").fill("pharmacy")
        self.press("Search")
        self.frame.get_by_role("radio").first.check()
        self.press("Next")
        self.frame.get_by_label("Medication name").fill(drug)
        self.press("Search")
        self.frame.get_by_role("button", name=drug).first.click()
        self.frame.get_by_label("Directions").fill(directions)
        self.frame.get_by_label("Quantity").fill("30")
        self.press("Create medication")
        self.press("Next")

    def press(self, name: str) -> None:
        self.frame.get_by_role("button", name=name).click()
