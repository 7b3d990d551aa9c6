"""``python -m podium``: starts the command line that came with this package."""

import os
import sys
import sysconfig


def main() -> int:
    """Replace this process by the command line."""
    program = os.path.join(sysconfig.get_path("scripts"), "podium")
    if not os.path.exists(program):
        print(f"podium: the command line is not at {program}; reinstall the podium wheel", file=sys.stderr)
        return 1
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
