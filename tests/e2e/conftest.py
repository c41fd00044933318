"""A real Chromium before a real server: ``page`` is a browser page signed in as a new user."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from service.access.passwords import hash_password
from service.store.models import User
from tests.service.conftest import Api, api, database, databases, people, repository, serving
from tests.service.databases import Databases

__all__ = ["api", "database", "databases", "people", "repository", "serving"]

PASSWORD = "correct-horse-battery"
SHOTS = Path(__file__).parent / "artifacts"  # ignored by git, kept by CI
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Without the last three, Chromium asks its maker's hosts for updates, which a closed network refuses many at a time.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MS = 15_000  # a first search loads its dictionaries, on machines that do other work as well
_LOADS = 4  # a page may load itself anew once or twice while Axe looks at it
# Axe's serious findings are errors; the two rules left out judge what a browser without a screen cannot show.
_SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # For a module and no longer: while Playwright is at work, an event loop runs in this thread, and what is tested in
    # other modules (a worker's start) refuses to be called from within one.
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """Pages are looked at on SQLite; what is below them is tested on both databases."""
    url = databases.url("sqlite", tmp_path)
    yield url
    databases.give_back(url)


class Browsers:
    """Opens pages; every error in a page's script or console fails the test."""

    def __init__(self, chromium: Browser, api: Api) -> None:
        self.api = api
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def user(self, *roles: str, **reach: Any) -> str:
        """The sign-in name of a new user with the password ``PASSWORD``."""
        id_ = self.api.people.user(*roles, **reach)
        with self.api.people.repository.system_write("test") as session:
            user = session.get_one(User, id_)
            user.password_hash = hash_password(PASSWORD)
            return user.login

    def blank(self, width: int = 1280, height: int = 720, **options: Any) -> Page:
        """A page of nobody."""
        context = self._chromium.new_context(
            base_url=self.api.url, locale="zh-CN", viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(_PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        return page

    def signed_in(self, *roles: str, width: int = 1280, height: int = 720, **reach: Any) -> Page:
        """A page of a new user, at home."""
        page = self.blank(width, height)
        sign_in(page, self.user(*roles, **reach))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def browsers(chromium: Browser, api: Api) -> Iterator[Browsers]:
    made = Browsers(chromium, api)
    yield made
    made.close()
    assert made.errors == []


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """``shot(page, "records")`` keeps a picture of the page."""

    def take(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")

    return take


def _axe(page: Page) -> dict[str, Any]:
    """Axe's findings on the page; where the page loads itself anew meanwhile, on what it has become."""
    for _ in range(_LOADS):
        page.wait_for_load_state("load")
        try:
            found: dict[str, Any] = Axe().run(page)
        except Error as error:
            if "Execution context was destroyed" not in error.message:
                raise
        else:
            return found
    raise AssertionError(f"{page.url} goes on loading itself anew")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """``accessible(page)`` fails on serious findings of axe-core."""

    def check(page: Page) -> None:
        found = _axe(page)
        serious = [
            (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"][:3]])
            for rule in found["violations"]
            if rule["impact"] in _SERIOUS
        ]
        assert serious == []

    return check
