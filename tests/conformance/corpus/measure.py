"""Prints, per kind, how far Podium agrees with the corpus, and each file where it does not.

PODIUM_PROGRAM=... python tests/conformance/corpus/measure.py [files|mutations|sent]... [--kind KIND] [--quiet]
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agreement import Record, by_kind, disagreement, files, misjudged, mutations, sent_difference


def table(title: str, records: list[Record], judge: Callable[[Record], str], quiet: bool) -> None:
    print(f"== {title}")
    total = 0
    for kind, of_kind in by_kind(records).items():
        with ThreadPoolExecutor(2) as pool:
            answers = list(zip(of_kind, pool.map(judge, of_kind), strict=True))
        wrong = [(record, why) for record, why in answers if why]
        total += len(wrong)
        print(f"{kind:24} {len(of_kind) - len(wrong):4} of {len(of_kind):4}")
        if not quiet:
            for record, why in wrong:
                print(f"    {record.name}\n        {why}")
    print(f"{'all':24} {len(records) - total:4} of {len(records):4}\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["files", "mutations", "sent"])
    parser.add_argument("--kind")
    parser.add_argument("--quiet", action="store_true")
    args = parser.parse_args()

    def chosen(records: list[Record]) -> list[Record]:
        return [r for r in records if args.kind in (None, r.kind)]

    if "files" in args.parts:
        table("verdicts on files", chosen(files()), disagreement, args.quiet)
    if "mutations" in args.parts:
        table("verdicts on mutations, as the client's", chosen(mutations()), disagreement, args.quiet)
        table("mutations, as meant", chosen(mutations()), misjudged, args.quiet)
    if "sent" in args.parts:
        with_sent = [r for r in files() + mutations() if r.expected.get("sent")]
        table("requests", chosen(with_sent), sent_difference, args.quiet)


if __name__ == "__main__":
    main()
