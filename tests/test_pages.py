"""The pages of a pack, looked at in a browser: wide and narrow, on paper, without a network, in every language."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playbook.pack import PackResult

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGES = (
    "writeup",
    "compensation",
    "apology",
    "review",
    "review-public.zh-Hant",
    "review-public.zh-Hans",
    "review-public.en",
)
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: sh tools/system_packages.sh says how to get it")
        pytest.skip("no chromium: sh tools/system_packages.sh says how to get it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")), executable_path=CHROMIUM, args=FLAGS, headless=True
        )
        yield context
        context.close()


def opened(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    """Return a page and what it asked for beyond itself or complained of."""
    page = browser.new_page()
    heard: list[str] = []
    page.on(
        "request",
        lambda request: heard.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    return page, heard


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_reaches_for_nothing(
    name: str, width: int, browser: Any, pack_of: Callable[[str], PackResult]
) -> None:
    page, heard = opened(browser, pack_of("2026-05-09-cake").path / f"{name}.html", width)
    try:
        assert heard == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.title().strip()
        assert page.locator("h1").count() == 1
        assert page.locator("pre code, .input").count() == 0  # a reader of a pack sees no code
        language = {"en": "en", "zh-Hans": "zh-Hans"}.get(name.rpartition(".")[2], "zh-Hant")
        assert page.locator("html").get_attribute("lang") == language
        assert all(
            page.locator("img").evaluate_all("all => all.map(i => i.alt.length > 0 && i.naturalWidth > 0)")
        )
    finally:
        page.close()


def test_chinese_characters_have_a_font_and_are_no_boxes(
    browser: Any, pack_of: Callable[[str], PackResult]
) -> None:
    page, _ = opened(browser, pack_of("2026-05-09-cake").path / "writeup.html", 1280)
    try:
        # Boxes for missing glyphs all look the same; two characters drawn by a font do not.
        drawn = page.evaluate(
            """() => ['歉', '賠', '诉'].map(c => {
                const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
                const pen = canvas.getContext('2d');
                pen.font = '32px ' + getComputedStyle(document.body).fontFamily;
                pen.fillText(c, 2, 34);
                return canvas.toDataURL();
            })"""
        )
        assert len(set(drawn)) == 3
    finally:
        page.close()


def test_a_page_prints_on_paper_without_losing_its_tables(
    browser: Any, pack_of: Callable[[str], PackResult], tmp_path: Path
) -> None:
    page, _ = opened(browser, pack_of("2026-05-09-cake").path / "compensation.html", 1280)
    try:
        page.emulate_media(media="print")
        paper = page.pdf(format="A4")
        assert paper.startswith(b"%PDF")
        assert page.locator("table").first.is_visible()
    finally:
        page.close()
