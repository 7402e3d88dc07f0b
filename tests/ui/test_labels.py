"""Every name that the code uses has a word that readers know."""

from typing import get_args

import pytest

from monitoring.scope import AGAINST
from monitoring.spec import KINDS, Task
from monitoring.thresholds import Status
from monitoring.ui import labels
from monitoring.ui.i18n import speaking
from monitoring.ui.state import PRESETS
from monitoring.windows import GRAINS


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_name_has_a_word(language: str) -> None:
    named = [
        (labels.status_word, [*Status]),
        (labels.grain_word, GRAINS),
        (labels.preset_word, PRESETS),
        (labels.against_word, AGAINST),
        (labels.kind_word, KINDS),
        (labels.task_word, get_args(Task)),
    ]
    with speaking(language):
        words = [word(name) for word, names in named for name in names]
    assert all(word[0].isupper() or word[0].isdigit() for word in words)
    assert not any("_" in word for word in words)


def test_words_are_translated() -> None:
    with speaking("fr"):
        assert labels.metric_word("recall") == "Rappel"
        assert labels.method_word("hellinger") == "Distance de Hellinger"
        assert labels.check_word("volume") == "Volume"
        assert labels.against_word("2013-04-01..2013-05-01") == "Par rapport à 2013-04-01 – 2013-05-01"


def test_an_unknown_name_is_shown_as_it_is() -> None:
    assert labels.metric_word("my_own_metric") == "my own metric"
