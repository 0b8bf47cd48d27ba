"""What `make mutants` makes of mutmut's words: who survived, and what is in order."""

from tests.mutants.report import Report, Survivor, explained, survivor

SHOWN = """# shared.http.pace.xǁPaceǁwait__mutmut_4: survived
--- shared/http/pace.py
+++ shared/http/pace.py
@@ -1,4 +1,4 @@
 def wait(self, seconds):
-    if seconds > 1:
-        return True
+    if seconds >= 1:
"""
SURVIVOR = Survivor("shared.http.pace.Pace.wait", "if seconds > 1: return True", "if seconds >= 1:")


def test_a_survivor_is_known_by_its_function_and_what_it_changes() -> None:
    assert survivor("shared.http.pace.xǁPaceǁwait__mutmut_4", SHOWN) == SURVIVOR
    too_late = survivor("shared.http.pace.x__too_late__mutmut_12", "")
    assert too_late.function == "shared.http.pace._too_late"
    assert survivor("shared.http.pace.x_wait__mutmut_1", "").function == "shared.http.pace.wait"


def test_a_run_is_in_order_only_with_few_survivors_all_of_them_explained() -> None:
    known = tuple(sorted(explained()))
    enough = 40 * len(known)
    assert Report(enough, known, 0).is_in_order
    assert not Report(enough, (*known, SURVIVOR), 0).is_in_order
    assert not Report(enough, known[1:], 0).is_in_order
    assert not Report(enough, known, 1).is_in_order
    assert not Report(30 * len(known), known, 0).is_in_order
    assert not Report(0, (), 0).is_in_order


def test_what_is_not_explained_and_what_need_not_be_are_told() -> None:
    known = tuple(sorted(explained()))
    report = Report(1000, (*known[1:], SURVIVOR), 0)
    assert (report.unexplained, report.stale) == ([SURVIVOR], [known[0]])
    assert report.tried == 1000 + len(known)
