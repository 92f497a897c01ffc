#!/usr/bin/env python3
"""The report in a real browser, as wide as a phone and as a window, light and dark: nothing on the console,
nothing fetched, every plot drawn, inside the page and readable. Exits 77, skipped, where there is no Chromium.

$IMPASTO_SCREENSHOTS is a folder that keeps the screenshots."""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import chromium

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "tools" / "report.py"
WIDTHS = (390, 1440)
# Of a plot's clip, compressed; an empty one has a fifth of it.
LEAST_PNG_BYTES = 2500

# What a reader would see: boxes are [left, top, right, bottom].
PROBE = """(() => {
  const box = e => {
    const r = e.getBoundingClientRect();
    return [r.left, r.top + scrollY, r.right, r.bottom + scrollY];
  };
  const size = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 };
  return {
    page: [innerWidth, document.documentElement.scrollWidth],
    paper: getComputedStyle(document.body).backgroundColor,
    sections: [...document.querySelectorAll("section")].map(s => s.querySelectorAll("svg").length),
    plots: [...document.querySelectorAll("svg")].map(svg => ({
      title: svg.closest("section").id + ": " + svg.querySelector("title").textContent,
      box: box(svg), drawn: [...svg.querySelectorAll(".mark")].every(size),
      marks: svg.querySelectorAll(".mark").length,
      texts: [...svg.querySelectorAll("text")].map(t => ({words: t.textContent, box: box(t)}))})) };
})()"""


def outside(inner, outer, slack=1.0):
    return (inner[0] < outer[0] - slack or inner[1] < outer[1] - slack or
            inner[2] > outer[2] + slack or inner[3] > outer[3] + slack)


def overlap(one, two):
    """The shorter side of what two boxes share."""
    return min(min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1]))


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.page = pathlib.Path(cls.folder.name) / "report.html"
        subprocess.run([sys.executable, PROGRAM, "-o", cls.page], check=True, stdout=subprocess.DEVNULL)
        cls.browser = chromium.Browser(chromium.find())
        cls.browser.open(cls.page.as_uri())

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def ways(self):
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                self.browser.show(width, scheme)
                with self.subTest(width=width, scheme=scheme):
                    yield width, scheme, self.browser.value(PROBE)

    def test_every_plot_is_drawn_inside_the_page(self):
        written = self.page.read_text(encoding="utf-8").count("<section")
        self.assertGreater(written, 5)
        for width, _, seen in self.ways():
            self.assertEqual(len(seen["sections"]), written)
            self.assertTrue(all(seen["sections"]))
            for plot in seen["plots"]:
                left, top, right, bottom = plot["box"]
                self.assertTrue(left >= 0 and top >= 0 and right <= width, plot)
                self.assertTrue(right - left > 200 and bottom - top > 60, plot)
                self.assertTrue(plot["marks"] and plot["drawn"], plot["title"])

    def test_words_are_inside_their_plot_and_apart(self):
        for _, _, seen in self.ways():
            for plot in seen["plots"]:
                texts = plot["texts"]
                self.assertEqual([one for one in texts if outside(one["box"], plot["box"])], [], plot["title"])
                close = [(one["words"], two["words"]) for number, one in enumerate(texts)
                         for two in texts[:number] if overlap(one["box"], two["box"]) > 4]
                self.assertEqual(close, [], plot["title"])

    def test_nothing_is_wider_than_the_page_tables_open_or_not(self):
        self.addCleanup(self.browser.value, "document.querySelectorAll('details').forEach(d => d.open = false)")
        for opened in ("false", "true"):
            self.browser.value(f"document.querySelectorAll('details').forEach(d => d.open = {opened})")
            for width, _, seen in self.ways():
                self.assertEqual(seen["page"], [width, width])

    def test_light_and_dark(self):
        papers = {}
        for _, scheme, seen in self.ways():
            papers.setdefault(scheme, set()).add(seen["paper"])
        self.assertEqual([len(found) for found in papers.values()], [1, 1])
        self.assertNotEqual(papers["light"], papers["dark"])

    def test_screenshots(self):
        for width, scheme, seen in self.ways():
            png = self.browser.screenshot()
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(struct.unpack(">I", png[16:20])[0], width)
            for plot in seen["plots"] if scheme == "light" else []:
                self.assertGreater(len(self.browser.screenshot(plot["box"])), LEAST_PNG_BYTES, plot["title"])
            if os.environ.get("IMPASTO_SCREENSHOTS"):
                pathlib.Path(os.environ["IMPASTO_SCREENSHOTS"], f"report-{width}-{scheme}.png").write_bytes(png)

    def test_console_is_silent_and_nothing_is_fetched(self):
        list(self.ways())
        self.assertEqual(self.browser.reported("Log.entryAdded", "Runtime.consoleAPICalled",
                                               "Runtime.exceptionThrown"), [])
        fetched = {event["request"]["url"] for event in self.browser.reported("Network.requestWillBeSent")}
        self.assertEqual(fetched, {self.page.as_uri()})
        self.assertNotIn("CONSOLE", pathlib.Path(self.browser.log).read_text(errors="replace"))


FAULTY = """<!DOCTYPE html><meta name="viewport" content="width=device-width">
<section><svg width="900" height="9"><title>x</title><text y="9">one</text><text y="9">two</text></svg></section>
<img src="none.png"><script>console.error("planted"); nonsense()</script>"""


class ProbeTest(unittest.TestCase):
    """A browser that never complains would let everything pass."""

    def test_faults_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.html"
            page.write_text(FAULTY)
            browser = chromium.Browser(chromium.find())
            self.addCleanup(browser.close)
            browser.open(page.as_uri())
            browser.show(390, "light")
            seen = browser.value(PROBE)
        self.assertGreater(seen["page"][1], 390)
        one, two = seen["plots"][0]["texts"]
        self.assertGreater(overlap(one["box"], two["box"]), 4)
        self.assertTrue(browser.reported("Runtime.consoleAPICalled"))
        self.assertTrue(browser.reported("Runtime.exceptionThrown"))
        self.assertEqual(len(browser.reported("Network.requestWillBeSent")), 2)


if __name__ == "__main__":
    if not chromium.find():
        print("skipped: no Chromium; tools/setup.sh chromium installs it")
        sys.exit(77)
    unittest.main()
