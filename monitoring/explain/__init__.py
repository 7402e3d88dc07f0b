"""Why a model decides as it does: safe artifacts, exact attributions in the user's columns, figures.

The modules are independent of the store and of the pages. Heavy libraries are imported where they are used.
"""
