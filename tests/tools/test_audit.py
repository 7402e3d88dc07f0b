"""An audit that could not run must not look like an audit that found nothing."""

import json
from collections.abc import Mapping

from tools.audit import verdict

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
FLAWED = {
    "name": "requests",
    "version": "2.19.0",
    "vulns": [{"id": "CVE-2018-18074", "fix_versions": ["2.20.0"], "aliases": [], "description": ""}],
}
SKIPPED = {"name": "duckdb", "skip_reason": "not found and could not be audited: duckdb (2.0.0)"}


def answer(*dependencies: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_pins_without_a_known_vulnerability_pass() -> None:
    assert verdict("pins.txt", answer(CLEAN), "") == (
        0,
        "pip-audit: 1 pins of pins.txt, no known vulnerability",
    )


def test_a_vulnerability_fails_and_names_the_version_that_mends_it() -> None:
    code, text = verdict("pins.txt", answer(CLEAN, FLAWED), "")
    assert code == 1
    assert text == "requests 2.19.0: CVE-2018-18074, fixed in 2.20.0"


def test_a_feed_that_knows_no_pin_at_all_is_said_to_be_out_of_reach() -> None:
    code, text = verdict("pins.txt", answer(SKIPPED, SKIPPED), "")
    assert code == 0
    assert "NOT AUDITED" in text


def test_one_pin_that_the_feed_does_not_know_fails() -> None:
    code, text = verdict("pins.txt", answer(CLEAN, SKIPPED), "")
    assert code == 1
    assert "duckdb" in text


def test_no_connection_is_said_loudly_and_any_other_failure_fails() -> None:
    code, text = verdict("pins.txt", "", "requests.exceptions.ConnectionError: ...")
    assert (code, "NOT AUDITED" in text) == (0, True)
    code, text = verdict("pins.txt", "", "ValueError: invalid requirement")
    assert (code, "invalid requirement" in text) == (1, True)
