"""`python -m monitoring.ui.i18n update`: bring the French catalogue up to date with the code."""

import sys

from monitoring.ui.i18n.catalogue import PATH, update

if sys.argv[1:] != ["update"]:
    sys.exit("usage: python -m monitoring.ui.i18n update")
sys.stderr.write(f"{PATH}: {update()} texts lack a translation\n")
