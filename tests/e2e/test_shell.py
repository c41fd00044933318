"""Signing in and out, the shell of every page, and its guards."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browsers, sign_in


def test_a_page_asks_to_sign_in_and_goes_on_where_one_wanted(
    browsers: Browsers, accessible: Callable[[Page], None]
) -> None:
    page = browsers.blank()
    page.goto("/account/password")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Faccount%2Fpassword$"))
    accessible(page)
    login = browsers.user("analyst")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill("wrong-password-1")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名、密码不对")
    browsers.errors.clear()  # the browser itself notes every answer of 401
    page.get_by_label("密码").fill("correct-horse-battery")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    accessible(page)


def test_signing_out_ends_the_session(browsers: Browsers) -> None:
    page = browsers.blank()
    sign_in(page, browsers.user("analyst"))
    expect(page.get_by_role("navigation", name="主导航")).to_contain_text("相似案例")
    expect(page.get_by_role("navigation", name="主导航")).not_to_contain_text("审计")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize(
    "after", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(browsers: Browsers, after: str) -> None:
    page = browsers.blank()
    page.goto("/sign-in?next=" + httpx.QueryParams({"n": after})["n"])
    assert page.locator("form").get_attribute("data-then") == "/"


def test_pages_carry_the_guarding_headers(browsers: Browsers) -> None:
    client = browsers.api.opened({"accept": "text/html"})
    for path in ("/sign-in", "/nothing-here"):
        headers = client.get(path).headers
        assert "'unsafe-inline'" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    assert client.get("/nothing-here").status_code == 404
    assert "打不开这一页" in client.get("/nothing-here").text
    # the API's answers stay problems, whoever asks
    assert client.get("/v1/nothing").headers["content-type"] == "application/problem+json"


def test_static_files_are_kept_by_the_browser(browsers: Browsers) -> None:
    client = browsers.api.opened({"accept": "text/html"})
    address = re.search(r'href="(/static/[^"]+style\.css)"', client.get("/sign-in").text)
    assert address is not None
    answer = client.get(address[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_the_theme_is_remembered(browsers: Browsers) -> None:
    page = browsers.blank()
    page.goto("/sign-in")
    page.get_by_role("button", name="切换深浅色").click()
    page.get_by_role("button", name="切换深浅色").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
