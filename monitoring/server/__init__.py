"""The HTTP API, served by the process that serves the pages.

api: the routes under /api/v1. lifetime: what happens when the process starts and stops.
"""

from monitoring.server.api import routes
from monitoring.server.lifetime import serving

__all__ = ["routes", "serving"]
