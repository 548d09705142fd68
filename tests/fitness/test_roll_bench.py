from benchmarks.roll_bench import KINDS, report


def test_the_benchmark_runs_and_reports_every_kind():
    table = report(rounds=1)
    assert all(kind in table for kind in KINDS)
    assert "to the bit" in table
