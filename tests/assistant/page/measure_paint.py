"""Measures how soon the page is painted, and what its files weigh: a script, since no test depends on the clock.

PYTHONPATH=tests .venv/bin/python tests/assistant/page/measure_paint.py
"""

import tempfile
from pathlib import Path
from statistics import median

from pages import browsing
from serving import serving, town_in

LOADS = 15
PAINTED = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const [paint] = list.getEntriesByName("first-contentful-paint");
    if (paint) resolve(paint.startTime);
  }).observe({ type: "paint", buffered: true });
})"""
BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((one) => !one.name.includes("/api/"))
  .reduce((sum, one) => sum + one.decodedBodySize, 0)"""


def main() -> None:
    """Load the page in new browser contexts, so that nothing is cached, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        town_in(Path(folder)).close()
        with serving(Path(folder)) as server, browsing() as browser:
            paints, weight = [], 0
            for _ in range(LOADS):
                context = browser.new_context()
                page = context.new_page()
                page.goto(server.url)
                paints.append(page.evaluate(PAINTED))
                page.wait_for_load_state("networkidle")
                weight = page.evaluate(BYTES)
                context.close()
    print(f"first contentful paint of {LOADS} loads: median {median(paints):.0f} ms, longest {max(paints):.0f} ms")
    print(f"files loaded: {weight:,} bytes")


if __name__ == "__main__":
    main()
