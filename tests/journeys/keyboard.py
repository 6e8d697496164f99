"""A story in the hands of somebody who has no mouse: everything is reached by the Tab key and the arrows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page
from tests.conftest import PASSWORD
from tests.journeys.conftest import DESKTOP, Story

from heard.agencies.models import User

FURTHEST = 250  # presses of the Tab key after which something counts as out of reach
MOUSE = "addEventListener('pointerdown', () => console.error('a mouse was used'), true)"
# How many stops of the Tab key lie between, a question's radios being one: only to ask less often whether it is reached.
STOPS_BETWEEN = """it => {
    const at = document.activeElement, follows = Node.DOCUMENT_POSITION_FOLLOWING
    const between = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(one =>
        one.checkVisibility() && !one.disabled && one.type !== 'hidden'
        && at.compareDocumentPosition(one) & follows && one.compareDocumentPosition(it) & follows)
    const radios = between.filter(one => one.type === 'radio')
    return between.length - radios.length + new Set(radios.map(one => one.name)).size
}"""


class ByKeyboard(Story):
    """What is reached is in sight and shows that it is; the browser itself tells on any use of a mouse."""

    def begin(self) -> ByKeyboard:
        self.page.add_init_script(MOUSE)
        return self

    def sign_in(self, user: User) -> Story:
        """By the form, as everything else."""
        self.page.context.clear_cookies()
        self.open("/account/sign-in/").fill("Username", user.username).fill("Password", PASSWORD)
        return self.press("Sign in")

    def fill(self, label: str, text: str, *, within: str = "") -> Story:
        box = self._place(within).get_by_label(label, exact=True).filter(visible=True)
        self._reach(box)
        self._key("Control+A")
        self.page.keyboard.insert_text(text)
        return self

    def choose(self, label: str, *, within: str = "") -> Story:
        box = self._place(within).get_by_label(label, exact=True)
        if box.is_checked():
            return self
        if box.get_attribute("type") == "checkbox":
            self._reach(box)
            self._key("Space")
        else:
            self._reach_radio(box)
        assert box.is_checked(), f"{label} was not chosen by keyboard on {self.path}"
        return self

    def select(self, label: str, option: str) -> Story:
        box = self.page.get_by_label(label, exact=True)
        self._reach(box)
        self.page.keyboard.type(option)
        assert box.locator("option:checked").inner_text() == option
        return self

    def press(self, button: str) -> Story:
        return self._enter(self.page.get_by_role("button", name=button, exact=True).first)

    def follow(self, link: str, *, about: str = "") -> Story:
        assert not about, "Say which link by words of its own"
        return self._enter(self.page.get_by_role("link", name=link).first)

    def unfold(self, what: str) -> Story:
        self._reach(self.page.locator("summary", has_text=what).first)
        self._key("Enter")
        return self

    # ---- how

    def _enter(self, what: Locator) -> Story:
        self._reach(what)
        with self.page.expect_navigation():
            self._key("Enter")
        return self.look()

    def _reach(self, what: Locator) -> None:
        """By Tab, from where one is. It ends in sight."""
        what.wait_for()
        for _press in range(FURTHEST):
            if what.evaluate("it => it === document.activeElement"):
                return self._is_seen(what)
            for _sure in range(max(1, what.evaluate(STOPS_BETWEEN))):
                self._key("Tab")
        raise AssertionError(f"The Tab key does not come to {what} on {self.path}")

    def _reach_radio(self, radio: Locator) -> None:
        """Tab comes to one radio of a question; the arrows go through the others."""
        radio.wait_for(state="attached")
        same = (
            "it => { const at = document.activeElement; return at.type === 'radio' && at.name === it.name }"
        )
        for _press in range(FURTHEST):
            if radio.evaluate(same):
                break
            self._key("Tab")
        for _press in range(FURTHEST):
            if radio.evaluate("it => it === document.activeElement"):
                self._key("Space")
                return self._is_seen(radio)
            self._key("ArrowDown")
        raise AssertionError(f"The keyboard does not come to {radio} on {self.path}")

    def _is_seen(self, what: Locator) -> None:
        """A visible focus inside the window: not hidden beneath something, not scrolled away."""
        shown = what.evaluate(
            "it => { const box = it.getBoundingClientRect();"
            " return it.matches(':focus-visible') && box.bottom > 0 && box.top < innerHeight }"
        )
        assert shown, f"{what} has the focus on {self.path}, and nobody sees it"

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)


@pytest.fixture
def story_by_keyboard(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Story:
    return ByKeyboard(page, live_server.url, request.node.name, widths=(DESKTOP,)).begin()
