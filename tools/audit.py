"""Asks pip-audit about pinned requirements and never mistakes silence for a clean bill.

pip-audit reports "no known vulnerabilities" for packages that the service knows nothing about, and a mirror
of the package index serves packages without the vulnerability feed. Exit codes: 0 no vulnerability known, or
the feed could not be reached (said loudly); 1 vulnerabilities, a pin that the feed does not know, a failure.
"""

import json
import subprocess
import sys
from typing import Any

_UNREACHABLE = ("ConnectionError", "Could not connect", "NameResolutionError", "Failed to resolve")


def main(path: str) -> int:
    """Audit the pins of one requirements file and say the verdict."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", path, "--disable-pip", "--no-deps"]
    command += ["--format", "json", "--progress-spinner", "off"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    code, text = verdict(path, answer.stdout, answer.stderr)
    print(text, file=sys.stderr)
    return code


def verdict(path: str, output: str, errors: str) -> tuple[int, str]:
    """Exit code and message for what pip-audit wrote on its two streams."""
    try:
        found: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        if any(sign in errors for sign in _UNREACHABLE):
            return 0, _not_run(path)
        return 1, f"pip-audit failed on {path}:\n{errors.strip()}"
    known = [each for each in found if "skip_reason" not in each]
    if found and not known:
        return 0, _not_run(path)
    lines = [_line(each, flaw) for each in known for flaw in each["vulns"]]
    lines += [f"{each['name']}: {each['skip_reason']}" for each in found if "skip_reason" in each]
    if lines:
        return 1, "\n".join(lines)
    return 0, f"pip-audit: {len(known)} pins of {path}, no known vulnerability"


def _line(pin: dict[str, Any], flaw: dict[str, Any]) -> str:
    fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
    return f"{pin['name']} {pin['version']}: {flaw['id']}, fixed in {fixed}"


def _not_run(path: str) -> str:
    return f"!!! NOT AUDITED: the vulnerability feed does not answer, nothing is known about {path} !!!"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
