"""The rules of a card are those that decide."""

from monitoring import thresholds
from monitoring.ui.i18n import speaking
from monitoring.ui.views.names import Names
from monitoring.ui.views.verdict_rules import rule_blocks
from tests.ui.views.cards import version

SPEC = version().spec


def rules(language: str = "en") -> dict[str, list[str]]:
    with speaking(language):
        return {
            line.name.text: [cell.text for cell in line.cells]
            for block in rule_blocks(SPEC, Names("Late arrivals", SPEC))
            for line in block.lines
        }


def test_general_rules_are_the_thresholds_that_decide() -> None:
    found = rules()
    assert found["Drift of a column"][:2] == ["0.1", "0.25"]
    assert found["Performance"][:2] == ["5%", "10%"]
    assert found["Missing values"][:2] == ["5%", "20%"]
    assert found["Volume"][:2] == ["× 2", "× 5"]
    assert found["No verdict"][0] == f"below {thresholds.MINIMUM_ROWS} rows"


def test_the_rules_of_the_specification_stand_under_their_severity() -> None:
    found = rules()
    assert found["cost"] == ["", "above $900", "for 2 windows in a row"]
    assert found["ROC AUC"] == ["below 0.6", "", "for 1 window"]
    assert found["psi"] == ["below 0.01, above 0.3", "", "for 1 window"]


def test_a_rule_names_its_column_and_segment() -> None:
    own = rule_blocks(SPEC, Names("Late arrivals", SPEC))[1].lines
    assert [line.name.note for line in own] == ["", "carrier=AA", "Hour"]


def test_in_french_every_rule_has_other_words() -> None:
    english, french = rules(), rules("fr")
    shared = {name for name in english if name in french}
    assert shared <= {"Performance", "Volume", "cost", "psi"}


def test_without_rules_of_its_own_a_version_has_the_general_ones() -> None:
    spec = version(alerts=[]).spec
    assert rule_blocks(spec, Names("x", spec))[1].lines == ()
