"""Run engineroom as `python -m engineroom`."""

from engineroom.cli import main

raise SystemExit(main())
