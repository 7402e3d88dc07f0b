"""The documents name the methods of the code, all of them and as they are."""

from pathlib import Path

import pytest

from monitoring.drift.methods import METHODS as DRIFT
from monitoring.performance.methods import METHODS as PERFORMANCE
from monitoring.quality.checks import CHECKS
from tools import methods


def test_the_page_of_methods_is_what_the_code_says(checkout: Path) -> None:
    assert (checkout / "docs" / "methods.md").read_text("utf-8") == methods.document(), (
        "python -m tools.methods"
    )


def test_the_table_of_the_readme_is_what_the_code_says(checkout: Path) -> None:
    readme = (checkout / "README.md").read_text("utf-8")
    assert readme == methods.with_table(readme), "python -m tools.methods"


@pytest.mark.parametrize("name", [*DRIFT, *PERFORMANCE, *CHECKS])
def test_every_method_has_its_entry(name: str) -> None:
    assert f"(`{name}`)" in methods.document()
    assert f"`{name}`" in methods.table()


def test_a_method_that_is_new_enters_the_table_alone() -> None:
    old = (
        "# Vigie\n\n| domain | methods, by their names in reports |\n|---|---|\n| Drift | `old` |\n\nAfter.\n"
    )
    found = methods.with_table(old)
    assert "`old`" not in found
    assert found.startswith("# Vigie\n\n") and found.endswith("\n\nAfter.\n")
    assert methods.with_table(found) == found


def test_a_readme_without_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        methods.with_table("# Vigie\n")
