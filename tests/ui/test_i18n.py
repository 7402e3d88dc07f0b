"""The French catalogue is complete, and nothing but what the code says."""

import ast
import string
import threading
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from monitoring.ui.i18n import _, catalogue, language, nearest_language, ngettext, speaking
from monitoring.ui.i18n.catalogue import KEYWORDS, PATH, extract, read_catalogue, translated

FRENCH = [message for message in read_catalogue() if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def fields(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def label(message: Message) -> str:
    return forms(message.id)[0]


def test_every_text_is_in_the_catalogue() -> None:
    known = {label(message) for message in FRENCH}
    assert sorted(label(message) for message in extract() if message.id and label(message) not in known) == []


def hidden_from_extraction(source: str) -> list[int]:
    """The lines with a text that no extractor finds: a call inside an f-string, or of an f-string."""
    tree = ast.parse(source)
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
    ]
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    }
    composed = (ast.JoinedStr, ast.BinOp)
    return sorted(c.lineno for c in calls if id(c) in inside or any(isinstance(a, composed) for a in c.args))


def test_an_f_string_hides_texts() -> None:
    assert hidden_from_extraction("f'{_(1)}'\n_(f'{x}')\n_('a' + b)\n_('fine').format(x=1)") == [1, 2, 3]


def test_no_text_hides_from_extraction(checkout: Path) -> None:
    paths = [
        checkout / "app.py",
        *(checkout / "pages").glob("*.py"),
        *(checkout / "monitoring").rglob("*.py"),
    ]
    found = {path.name: hidden_from_extraction(path.read_text("utf-8")) for path in paths}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_translation_is_used() -> None:
    used = {label(message) for message in extract() if message.id}
    assert sorted(label(message) for message in FRENCH if label(message) not in used) == []
    assert not read_catalogue().obsolete


def test_every_text_is_translated_and_settled() -> None:
    assert sorted(label(m) for m in FRENCH if not translated(m.string) or m.fuzzy) == []


@pytest.mark.parametrize("message", FRENCH, ids=label)
def test_a_translation_has_the_same_placeholders(message: Message) -> None:
    expected = fields(forms(message.id)[-1])
    for text in forms(message.string):
        assert fields(text) <= expected
    assert fields(forms(message.string)[-1]) == expected


@pytest.mark.parametrize("message", FRENCH, ids=label)
def test_french_is_spaced_as_french(message: Message) -> None:
    for text in forms(message.string):
        plain = text.replace("://", "").replace("\\:", "")
        for mark in ";?!%»":
            before = [plain[i - 1] for i, character in enumerate(plain) if character == mark and i]
            assert all(space in "\u00a0\u202f" for space in before), f"{mark!r} in {text!r}"
        colons = [plain[i - 1] for i, character in enumerate(plain) if character == ":" and i]
        assert all(space == "\u00a0" for space in colons), f"':' in {text!r}"
        assert '"' not in text, f"guillemets in {text!r}"
        assert "..." not in text


def test_the_catalogue_keeps_its_glossary() -> None:
    header = PATH.read_text("utf-8").partition("\n\n")[0]
    for word in (
        "modèle",
        "inférence",
        "vérité terrain",
        "dérive",
        "fenêtre",
        "référence",
        "variable",
        "seuil",
    ):
        assert word in header


def test_texts_follow_the_language() -> None:
    assert _("Drift") == "Drift"
    with speaking("fr"):
        assert _("Drift") == "Dérive"
        assert _("") == ""
        assert _("not in the catalogue") == "not in the catalogue"
    assert [ngettext("row", "rows", count) for count in (0, 1, 2)] == ["rows", "row", "rows"]


def test_one_reader_s_language_is_not_another_s() -> None:
    heard: list[str] = []
    with speaking("fr"):
        other = threading.Thread(target=lambda: heard.append(language()))
        other.start()
        other.join()
    assert heard == ["en"]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("fr-FR", "fr"),
        ("fr_CA", "fr"),
        ("FR", "fr"),
        ("en-GB", "en"),
        ("de-DE", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browser_s_language_is_spoken_where_we_can(locale: str | None, expected: str) -> None:
    assert nearest_language(locale) == expected


def test_the_update_keeps_what_is_translated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = tmp_path / "vigie.po"
    without_drift = PATH.read_text("utf-8").replace('msgstr "Dérive"', 'msgstr ""')
    copy.write_text(without_drift + '\nmsgid "No longer said"\nmsgstr "Plus rien"\n', "utf-8")
    monkeypatch.setattr(catalogue, "PATH", copy)

    assert catalogue.update() == 1
    assert copy.read_text("utf-8") == without_drift
