"""``python -m mangaxr``: the command line."""

from __future__ import annotations

from mangaxr.cli import main

if __name__ == "__main__":
    main()
