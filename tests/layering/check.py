"""Reads docs/layers.md and every #include, and says which include crosses a wall."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
# Headers of libraries, by the name that the table uses.
LIBRARIES = {
    "openssl": ("openssl/",),
    "yaml-cpp": ("yaml-cpp/",),
    "nlohmann": ("nlohmann/",),
    "arrow": ("arrow/", "parquet/"),
    "boost/math": ("boost/math/",),
    "boost/asio": ("boost/asio", "boost/system/"),
    "boost": ("boost/",),
    "sqlite3": ("sqlite3.h",),
    "hiredis": ("hiredis/",),
    "CLI": ("CLI/",),
    "pybind11": ("pybind11/",),
}
EVERYTHING_PUBLIC = "public"


def rows(text: str, heading: str) -> list[list[str]]:
    part = text[text.index(heading) :]
    lines = []
    for line in part.splitlines()[1:]:
        if line.startswith("#") and lines:
            break
        if line.startswith("|"):
            lines.append([cell.strip() for cell in line.strip("|").split("|")])
    return lines[2:]


def main() -> int:
    text = (ROOT / "docs" / "layers.md").read_text()
    may = {row[0]: {name.strip() for name in row[1].split(",") if name.strip()} for row in rows(text, "# Who may")}
    third = {row[0]: [name.strip() for name in row[2].split(",") if name.strip()] for row in rows(text, "# Who may")}
    top = {header: row[1] for row in rows(text, "## Public headers") for header in row[0].split()}

    def public_module(header: str) -> str | None:
        parts = header.split("/")
        if len(parts) == 2:
            return top.get(parts[1])
        return "base" if parts[1] == "testing" else parts[1]

    problems: list[str] = []
    files = 0
    for path in sorted(
        [*ROOT.glob("include/**/*.hpp"), *ROOT.glob("src/**/*.[ch]pp"), *ROOT.glob("bindings/python/_core/*.[ch]pp")]
    ):
        relative = path.relative_to(ROOT)
        files += 1
        is_public = relative.parts[0] == "include"
        if is_public:
            name = "/".join(relative.parts[1:])
            module = "testing" if relative.parts[2] == "testing" else public_module(name)
            if module is None:
                problems.append(f"{relative}: docs/layers.md does not say which module this header belongs to")
                continue
        else:
            module = "bindings" if relative.parts[0] == "bindings" else relative.parts[1]
        if module == "testing":
            allowed, libraries = set(may), []
        else:
            allowed, libraries = may[module] | {module}, third[module]
        for kind, header in INCLUDE.findall(path.read_text()):
            where = f"{relative}: includes {header}"
            library = next((name for name, heads in LIBRARIES.items() if header.startswith(heads)), None)
            if library is not None:
                accepted = [head for name in libraries for head in LIBRARIES[name]]
                if is_public:
                    problems.append(f"{where}: a public header may not include {library}")
                elif not header.startswith(tuple(accepted)):
                    problems.append(f"{where}: {module} may not include {library}")
                continue
            if kind == "<":
                continue
            if header.startswith("podium/"):
                other = public_module(header)
                if module == "library" or EVERYTHING_PUBLIC in allowed:
                    continue
            elif "/" in header:
                other = header.split("/")[0]
            else:
                continue
            if other not in allowed:
                problems.append(f"{where}: {module} may not include {other}")
    for problem in problems:
        print(problem)
    print(f"{files} files read, {len(problems)} includes cross a wall")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
