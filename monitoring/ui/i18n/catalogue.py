"""The French catalogue and its upkeep."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

PATH = Path(__file__).parents[1] / "locale" / "fr" / "LC_MESSAGES" / "vigie.po"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}

_ROOT = Path(__file__).parents[3]


def read_catalogue() -> Catalog:
    """The catalogue as written."""
    with PATH.open("rb") as file:
        return read_po(file, locale="fr", domain="vigie")


def extract() -> Catalog:
    """All texts of app.py, pages/ and monitoring/, with the files they stand in."""
    found = Catalog(domain="vigie")
    for path in (_ROOT / "app.py", *_scripts("pages"), *_scripts("monitoring")):
        where = path.relative_to(_ROOT).as_posix()
        for _line, message, comments, context in extract_from_file(
            "python", path, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        ):
            found.add(message, locations=[(where, 0)], auto_comments=comments, context=context)
    return found


def _scripts(folder: str) -> list[Path]:
    return sorted((_ROOT / folder).rglob("*.py"))


def update() -> int:
    """Bring the catalogue up to date with the code; returns how many texts still lack a translation."""
    catalogue = read_catalogue()
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    body = io.BytesIO()
    write_po(body, catalogue, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    # The header is ours, glossary included: Babel would wrap it and date it anew at every run.
    header = PATH.read_text("utf-8").partition("\n\n")[0]
    PATH.write_text(f"{header}\n\n{body.getvalue().decode()}", "utf-8")
    return sum(not translated(message.string) for message in catalogue if message.id)


def translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether a message has its translation, in all its plural forms."""
    return string is not None and bool(string) and (isinstance(string, str) or all(string))
