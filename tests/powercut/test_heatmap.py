# SPDX-License-Identifier: Apache-2.0
"""The heat map says what a cut at each operation costs, and needs nothing but itself."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "powercut_heatmap.py"
COSTS = """\
operation,kind,place,offset,bytes,before,inside,after
0,erase,image-1,4096,4096,0,1,1
1,program,image-1,4096,512,1,7,2
2,program,a<b>,28,52,2,3,0
"""


def draw(costs):
    with tempfile.TemporaryDirectory() as folder:
        source, page = pathlib.Path(folder, "costs.csv"), pathlib.Path(folder, "page.html")
        source.write_text(costs)
        subprocess.run([sys.executable, SCRIPT, "--case", "download/<swap>/large", source, page], check=True)
        return page.read_text()


class Heatmap(unittest.TestCase):
    def test_the_map_is_hotter_where_more_is_lost(self):
        cells = re.findall(r'<rect class="cell"[^>]*fill-opacity="([.\d]+)"', draw(COSTS))
        before, inside, after = ([float(cell) for cell in cells[i:i + 3]] for i in (0, 3, 6))
        self.assertEqual((before[0], after[2], inside[1], len(cells)), (0, 0, 1, 9))
        self.assertTrue(0 < before[1] < before[2] < inside[2] < inside[1])

    def test_each_operation_has_its_numbers_in_the_map_and_in_each_plot(self):
        page = draw(COSTS)
        titles = re.findall(r"<title>(operation[^<]*)</title>", page)
        self.assertEqual(len(titles), 3 * 6)
        self.assertIn("operation 1: program of 512 bytes at image-1+0x1000\n"
                      "operations lost by a cut before: 1, inside: 7, after: 2", titles)

    def test_a_column_is_as_high_as_what_is_lost(self):
        _, *plots = re.findall(r"<svg.*?</svg>", draw(COSTS), re.DOTALL)
        heights = [[float(rect.get("height")) for group in xml.etree.ElementTree.fromstring(plot).iter("g")
                    for rect in list(group)[2:-1]] for plot in plots]
        worst = heights[1][1]
        self.assertEqual([[round(height / worst * 7) for height in plot] for plot in heights], [[1, 2], [1, 7, 3], [1, 2]])

    def test_the_legend_counts_every_kind_of_operation(self):
        page = draw(COSTS)
        for what in ("erase image-1", "program image-1", "program a&lt;b&gt;"):
            self.assertRegex(page, rf'{what} <span class="faint">\(1\)</span>')

    def test_nothing_comes_from_elsewhere(self):
        page = draw(COSTS)
        for outside in ("http", "src=", "<script", "<link", "@import", "url("):
            self.assertNotIn(outside, page)
        self.assertIn("prefers-color-scheme: dark", page)

    def test_names_are_text(self):
        page = draw(COSTS)
        self.assertIn("download/&lt;swap&gt;/large", page)
        self.assertNotIn("a<b>", page)

    def test_an_update_without_operations_has_a_page(self):
        self.assertIn("0 operations", draw(COSTS.splitlines()[0] + "\n"))


if __name__ == "__main__":
    unittest.main()
