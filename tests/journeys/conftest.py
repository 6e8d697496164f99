"""Journeys are stories in a real browser. Every page that a story comes to is looked at: axe finds nothing, at 1280
and at 320 pixels nothing scrolls sideways, nothing goes wrong in the console, and no other host is asked.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect
from pypdf import PdfReader

from heard.agencies.models import User

# Playwright keeps an event loop running, which Django takes for an asynchronous caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

DESKTOP, PHONE = 1280, 320  # pixels
PATIENCE = 60_000  # milliseconds; a machine that does three things at once may need half a minute for a page
expect.set_options(timeout=PATIENCE)
PICTURES = Path(__file__).parents[2] / "test-results"


# The browser keeps half a megabyte of axe beside each page, and reads it when the page is looked at: to send it each time takes as long as
# axe does. Of what it finds only the faults come back.
_WITH_AXE = f"window.readAxe = () => {{ {AXE_SCRIPT} }}"
_RUN_AXE = """options => {
    if (!window.axe) { window.readAxe(); }
    return axe.run(options).then(found => found.violations);
}"""


@pytest.fixture(scope="session")
def base_url() -> str:
    """In place of the plugin's own, whose form pytest 9 warns about. Stories know the live server's address."""
    return ""


def chromium() -> str:
    """Chromium without a window, which is the same but for what draws the window."""
    found = shutil.which("chromium-headless-shell")
    if found is None:
        pytest.fail("There is no chromium-headless-shell on this machine. `make test` installs it.")
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    switches = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync")
    quiet = ("disable-background-networking", "disable-component-update")
    microphone = (  # one that beeps, and that a page may use once it asks
        "use-fake-device-for-media-stream",
        "use-fake-ui-for-media-stream",
        "autoplay-policy=no-user-gesture-required",
    )
    arguments = [f"--{switch}" for switch in switches + quiet + microphone]
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}


class Story:
    """A browser in somebody's hands. What it is told to do is what a person would do: open, fill, choose, press."""

    def __init__(
        self,
        page: Page,
        address: str,
        name: str,
        *,
        twin: Page | None = None,
        widths: tuple[int, ...] = (PHONE, DESKTOP),
    ) -> None:
        """`twin`: a page with scripts on which a page without any is looked at, since axe is a script itself.

        `widths`: at which each page is looked at; the last one stays.
        """
        self.page, self.address, self.name, self.twin, self.widths = page, address, name, twin, widths
        self.steps = 0
        self._amiss: list[str] = []
        self._elsewhere: str | None = None
        (twin or page).add_init_script(_WITH_AXE)
        page.set_default_timeout(PATIENCE)
        page.set_default_navigation_timeout(3 * PATIENCE)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._amiss.append(f"script error: {error}"))
        page.on("request", lambda request: self._note_host(request.url))

    # ---- what a person does

    def sign_in(self, user: User) -> Story:
        """Without the form, which has a story of its own."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.address}]
        )
        return self

    def goes_to(self, address: str) -> Story:
        """The site of another organisation, to which this story leads: what happens there is its own."""
        self._elsewhere = address
        return self

    def sign_out(self) -> Story:
        return self.menu("Sign out")

    def open(self, path: str, *, status: int = 200) -> Story:
        """A status other than 200 is a page too, and is looked at as well."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}, not {status}"
        if status != 200:
            self._forgive(str(status))
        return self.look()

    def forgive_status(self, status: int) -> Story:
        """The page that was sent is refused, and is a page too."""
        self.page.wait_for_load_state("load")
        self._forgive(str(status))
        return self

    def forgive_no_connection(self) -> Story:
        """The browser itself reports what did not arrive as an error."""
        self._forgive("ERR_INTERNET_DISCONNECTED")
        return self

    def fill(self, label: str, text: str, *, within: str = "") -> Story:
        """`within`: the legend of the group, such as the question of a date whose box is "Day"."""
        self._place(within).get_by_label(label, exact=True).filter(visible=True).fill(text)
        return self

    def fill_date(self, question: str, day: int, month: int | str, year: int) -> Story:
        for label, part in (("Day", day), ("Month", month), ("Year", year)):
            self.fill(label, str(part), within=question)
        return self

    def choose(self, label: str, *, within: str = "") -> Story:
        """A radio or a box to tick, by its label; `within` the question where several offer the same answer."""
        self._place(within).get_by_label(label, exact=True).check()
        return self

    def select(self, label: str, option: str) -> Story:
        self.page.get_by_label(label, exact=True).select_option(label=option)
        return self

    def attach(self, label: str, name: str, kind: str, content: bytes) -> Story:
        """Put a file into a box; `kind` is what the browser takes it for, such as image/png."""
        file: Any = {"name": name, "mimeType": kind, "buffer": content}
        self.page.get_by_label(label, exact=True).set_input_files(file)
        return self

    def take(self, link: str) -> bytes:
        """What a link or button downloads."""
        with self.page.expect_download() as waiting:
            self.page.locator("main").get_by_text(link, exact=True).first.click()
        return Path(waiting.value.path()).read_bytes()

    def take_paper(self, link: str) -> str:
        """The words of the PDF that a link or button downloads, in one line."""
        pages = PdfReader(BytesIO(self.take(link))).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def press(self, button: str) -> Story:
        self.page.get_by_role("button", name=button, exact=True).first.click()
        return self.look()

    def follow(self, link: str, *, about: str = "") -> Story:
        """`about`: what a link among several of the same words is about; it may be for screen readers alone."""
        name = re.compile(f"{re.escape(link)}.*{re.escape(about)}") if about else link
        self.page.get_by_role("link", name=name).first.click()
        return self.look()

    def unfold(self, what: str) -> Story:
        """What lies behind a summary."""
        self.page.locator("summary", has_text=what).first.click()
        return self

    def menu(self, what: str) -> Story:
        """By the menu behind one's own name."""
        self.page.locator(".heard-me > summary").click()
        self.page.locator(".heard-me").get_by_text(what, exact=True).click()
        return self.look()

    def add(self, what: str) -> Story:
        """By the menu of a child's page."""
        self.page.locator(".heard-add > summary").click()
        return self.follow(what)

    # ---- what a person sees

    def sees(self, *texts: str) -> Story:
        for text in texts:
            self._expect(text, expect(self.page.locator("body")).to_contain_text)
        return self

    def sees_not(self, *texts: str) -> Story:
        for text in texts:
            self._expect(f"not {text}", expect(self.page.locator("body")).not_to_contain_text, text)
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def look(self) -> Story:
        """What is checked on each page. Call it by hand after a change that loads no page."""
        self.page.wait_for_load_state("load")
        self.steps += 1
        seen = self._seen()
        for width in self.widths:
            seen.set_viewport_size({"width": width, "height": 900})
            try:
                self._no_sideways_scroll(seen, width)
                self._axe(seen, width)
            except AssertionError:
                self._picture(seen, width)
                raise
        assert not self._amiss, f"{self.path}: {self._amiss}"
        return self

    # ---- how

    def _expect(self, what: str, claim: Callable[..., None], *of: str) -> None:
        """With an error that a person can read: what was looked for, and the words of the page."""
        try:
            claim(*(of or (what,)))
        except AssertionError:
            words = " ".join(self.page.locator("main").inner_text().split())
            raise AssertionError(f"{self.path}: expected {what!r} in: {words}") from None

    def _place(self, within: str) -> Page | Locator:
        return self.page.get_by_role("group", name=within) if within else self.page

    def _seen(self) -> Page:
        """The page as it is drawn: itself, or the same text and styles in the twin, with its scripts taken out."""
        if self.twin is None:
            return self.page
        self.twin.goto(self.address + "/robots.txt")
        self.twin.set_content(re.sub(r"<script.*?</script>", "", self.page.content(), flags=re.DOTALL))
        self.twin.wait_for_load_state("networkidle")
        return self.twin

    def _no_sideways_scroll(self, seen: Page, width: int) -> None:
        wide = seen.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{self.path} is {wide} px wide on a screen of {width} px"

    def _axe(self, seen: Page, width: int) -> None:
        # Two thirds of its time go to contrast, which is the same at each width: once a page is enough.
        rules = {"color-contrast": {"enabled": width == self.widths[-1]}}
        found = seen.evaluate(_RUN_AXE, {"resultTypes": ["violations"], "rules": rules})
        assert not found, f"{self.path} at {width} px:\n{AxeResults({'violations': found}).generate_report()}"

    def _picture(self, seen: Page, width: int) -> None:
        PICTURES.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", f"{self.name}-{self.steps:02}-{width}")
        seen.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        if self._is_elsewhere(message.location.get("url", "")):
            return
        if message.type in ("error", "warning"):
            self._amiss.append(f"console {message.type}: {message.text}")

    def _forgive(self, text: str) -> None:
        """The browser itself reports a refused page as an error."""
        self._amiss = [line for line in self._amiss if text not in line]

    def _is_elsewhere(self, url: str) -> bool:
        return self._elsewhere is not None and (
            url.startswith(self._elsewhere) or self.page.url.startswith(self._elsewhere)
        )

    def _note_host(self, url: str) -> None:
        if self._is_elsewhere(url):
            return
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.address).netloc:
            self._amiss.append(f"asked another host: {parts.netloc}")


@pytest.fixture
def story(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Story:
    return Story(page, live_server.url, request.node.name)


@pytest.fixture
def story_on_a_phone(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Story:
    """From beginning to end on a small telephone."""
    page.set_viewport_size({"width": PHONE, "height": 640})
    return Story(page, live_server.url, request.node.name, widths=(PHONE,))


@pytest.fixture
def story_without_scripts(
    page: Page, browser: Browser, live_server: Any, request: pytest.FixtureRequest
) -> Iterator[Story]:
    """JavaScript is off in the browser itself."""
    context = browser.new_context(java_script_enabled=False)
    yield Story(context.new_page(), live_server.url, request.node.name, twin=page)
    context.close()
