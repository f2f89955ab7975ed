"""What `./run bench` takes and refuses, before anything is measured."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["unlok"], "no figure 'unlok'; there are: unlock, doors, memory, start"),
        (["--runs", "0"], "'0' is not a number from 1 up"),
        (["--events", "many"], "'many' is not a number from 1 up"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_allowed(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
