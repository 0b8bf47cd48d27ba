"""What a long command says while it runs and nobody looks at a terminal."""

import pytest

from deploy.cli.progress import Progress


@pytest.mark.parametrize(("total", "expected"), [(2000, "150 of 2,000"), (None, "150")])
def test_a_line_comes_every_few_seconds(
    capsys: pytest.CaptureFixture[str], total: int | None, expected: str
) -> None:
    moments = iter([0.0, 1.0, 5.0, 5.0, 6.0])
    with Progress(total, lambda: next(moments)) as progress:
        progress.show(40, "40 enrolled")
        progress.show(150, "150 enrolled")
        progress.show(190, "190 enrolled")
    assert capsys.readouterr().err == f"{expected}, 30.0/s  150 enrolled\n"
