# SPDX-License-Identifier: Apache-2.0
"""What passes for a good run of a program, and what does not."""
import unittest

import tap

GOOD = "1..2\nok 1 - one\n# a note\nok 2 - two # SKIP not here\n"


class Judge(unittest.TestCase):
    def test_all_results_of_the_plan_are_good(self):
        self.assertIsNone(tap.judge(GOOD, 1))

    def test_the_plan_may_come_last(self):
        self.assertIsNone(tap.judge("ok 1 - one\n1..1\n", 1))

    def test_a_program_that_begins_twice_has_two_plans(self):
        self.assertIsNone(tap.judge(GOOD + "1..1\nok 1 - again\n", 2))
        self.assertIsNotNone(tap.judge(GOOD + "1..1\nok 1 - again\n", 1))
        self.assertIsNotNone(tap.judge(GOOD, 2))

    def test_one_result_that_is_not_ok_fails(self):
        self.assertEqual(tap.judge(GOOD.replace("ok 2", "not ok 2"), 1), "not ok")

    def test_a_result_that_is_missing_fails(self):
        self.assertIsNotNone(tap.judge("1..2\nok 1 - one\n", 1))
        self.assertIsNotNone(tap.judge("1..2\nok 1 - one\nok 1 - one\n", 1))

    def test_a_program_without_results_fails(self):
        self.assertIsNotNone(tap.judge("", 1))
        self.assertIsNotNone(tap.judge("1..0\n", 1))

    def test_a_program_that_gives_up_fails(self):
        self.assertEqual(tap.judge(GOOD + "Bail out! exception\n", 1), "bailed out")


if __name__ == "__main__":
    unittest.main()
