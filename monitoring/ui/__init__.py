"""What a page imports: `from monitoring.ui import _, chart, shell`.

A page is a plain script. Its first line is `context = shell("drift")`: the frame has laid navigation,
filters and title by then, and the `Context` says what to show (`context.scope` for the report functions,
`context.store()`).

- shell(page) -> Context
- Texts: `_`, `ngettext`, `N_`; words for what the code names: `labels`; numbers and dates: `format` as `fmt`
- Parts: `lead` (the answer in a sentence), `section`, `badge`, `status_text`, `Tile` and `tiles`, `Finding` and
  `findings`, `facts`, `empty`, `explained` ("How is this computed?"), `chart`, `plain` (users' text in Markdown)
- The URL: `parameter` and `set_parameter` for what belongs to one page (`?feature=`, `?id=`), `choose` and
  `choose_few` (widgets that stand in the URL), `link` and `open_page` (to a page, with the filters of the
  view)
- Colours of figures: `monitoring.palette`
"""

from monitoring.ui import format as fmt
from monitoring.ui import labels
from monitoring.ui.components import (
    Finding,
    Tile,
    badge,
    chart,
    empty,
    explained,
    facts,
    findings,
    lead,
    plain,
    section,
    status_text,
    tiles,
)
from monitoring.ui.frame import shell
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.state import Context
from monitoring.ui.url import choose, choose_few, link, open_page, parameter, set_parameter

__all__ = [
    "N_",
    "Context",
    "Finding",
    "Tile",
    "_",
    "badge",
    "chart",
    "choose",
    "choose_few",
    "empty",
    "explained",
    "facts",
    "findings",
    "fmt",
    "labels",
    "lead",
    "link",
    "ngettext",
    "open_page",
    "parameter",
    "plain",
    "section",
    "set_parameter",
    "shell",
    "status_text",
    "tiles",
]
