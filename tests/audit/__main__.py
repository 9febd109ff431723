"""Lighthouse, axe and pictures of the built book, into _build/audit: `make audit`, which fails on findings of axe."""

from __future__ import annotations

import sys
from pathlib import Path

from audit import axe, lighthouse, shots


def main() -> None:
    """The three, one after the other: Lighthouse first, as it measures time."""
    under = lighthouse.main()
    found = axe.main()
    shots.main(["--site", str(axe.HTML)])
    print(f"Lighthouse: {under} scores under their bars. axe: {found} findings. All is in {Path(axe.OUTPUT).parent}")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
