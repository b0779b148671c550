"""Oncofield beside other programs that solve reaction–diffusion–taxis equations: error against time, in one run.

    python3 Benchmarks/peers/compare.py                              everything, into docs/peers.md (about an hour)
    python3 Benchmarks/peers/compare.py --quick                      a few cases of each, into runs/peers.md (minutes)
    python3 Benchmarks/peers/compare.py --problem P2 --peer exponax --peer Oncofield
    python3 Benchmarks/peers/compare.py --read docs/peers.json       the page again, from what was measured
    python3 Benchmarks/peers/compare.py --problem P2 --peer exponax --peer Oncofield --onto docs/peers.json --output docs/peers.md
                                                                     these anew, in turn, and the others as they were

Makes runs/peers-venv with requirements.txt, asks apt for the Debian packages of SUNDIALS, PETSc and MPI where it may, and
compiles the programs in C; a peer that cannot be had is left out, and the page says why. Then it runs all cases of peers.py in
turn, the tools alternating, `--repeat` times, each in a process of its own with one thread on one processor; a case of more than
a minute only once. Every answer is compared with the same reference solution. It writes the page, beside it a JSON file with
each single measurement, and a picture per problem in images/.

The machine should have nothing else to do. To add a peer: a script or program that takes the command line of case.py or
case.h, and its entry in peers.py.
"""

import argparse
import datetime
import itertools
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import environment
from peers import PEERS

ROOT = environment.ROOT
PAGE = ROOT / "docs" / "peers.md"
LONG = 60


def interleaved(problem, peers, isQuick):
    """The cases of all peers, taking one of each in turn."""
    lists = [[(peer, case) for case in peer.cases.get(problem, [])] for peer in peers]
    if isQuick:
        lists = [few([item for item in cases if item[1][0] <= 64]) for cases in lists]
    return [item for turn in itertools.zip_longest(*lists) for item in turn if item]


def few(items):
    """The first, the middle and the last."""
    return [items[index] for index in sorted({0, len(items) // 2, len(items) - 1}) if items]


def run(arguments, peers):
    from measure import measure

    started, measurements, finished = time.monotonic(), [], set()
    for problem in arguments.problem:
        plan = interleaved(problem, peers, arguments.quick)
        for turn in range(arguments.repeat):
            for peer, case in plan:
                key = (peer.name, problem, case)
                isOver = time.monotonic() - started > arguments.budget
                if key in finished or (turn and isOver):
                    continue
                one = measure(peer, problem, case, arguments.limit, arguments.program)
                one["turn"] = turn
                measurements.append(one)
                print(line(one), flush=True)
                if "failure" in one or one["elapsed"] > LONG:
                    finished.add(key)
    return measurements


def line(one):
    head = f"P{one['problem']} {one['peer']:15}{one['points']:4} {one['method']:22}{one['control']:<8g}"
    if "failure" in one:
        return head + one["failure"]
    return head + f"error {one['error']:.2e}  stepping {one['stepping']:.3f} s  process {one['processor_seconds']:.2f} s"


def processor():
    for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load():
    return f"{os.getloadavg()[0]:.1f}"


def record_of(arguments, peers, missing):
    before = load()
    measurements = run(arguments, peers)
    changed = environment.output("git", "-C", ROOT, "status", "--porcelain")
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "system": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Python {platform.python_version()}",
        "compiler": environment.output("cc", "--version").splitlines()[0],
        "flags": " ".join(environment.COMPILE),
        "commit": environment.output("git", "-C", ROOT, "rev-parse", "--short", "HEAD") + ("+" if changed else ""),
        "load": f"{before} and {load()}",
        "quick": arguments.quick,
        "repeat": arguments.repeat,
        "absent": missing,
        "measurements": measurements,
    }


def onto(earlier, record, peers, problems):
    """What was measured of some peers and problems, in place of what an earlier record has of them."""
    names = [peer.name for peer in peers]
    kept = [one for one in earlier["measurements"] if one["peer"] not in names or one["problem"] not in problems]
    again = f"{', '.join(names)} on {' and '.join(f'P{number}' for number in problems)}"
    again += f" in a second run ({record['date']}, scripts of commit {record['commit']})"
    return {**earlier, "again": [*earlier.get("again", []), again], "measurements": kept + record["measurements"]}


def available(peers):
    """Those that can run, and why the others cannot."""
    import importlib.util

    complaints = environment.prepare()
    modules = {"py-pde": "pde", "FiPy": "fipy"}
    missing = {}
    for peer in peers:
        if peer.program in complaints:
            missing[peer.name] = complaints[peer.program]
        elif peer.package and not importlib.util.find_spec(modules.get(peer.package, peer.package)):
            missing[peer.name] = f"{peer.package} could not be installed"
    return [peer for peer in peers if peer.name not in missing], missing


def write(record, target):
    from page import SHORT_TITLES, medians, page
    from plot import draw

    rows = medians(record["measurements"])
    pictures = {}
    for problem in sorted({one["problem"] for one in rows}):
        path = target.parent / "images" / f"{target.stem}-P{problem}.png"
        draw([one for one in rows if one["problem"] == problem], SHORT_TITLES[problem], path)
        pictures[problem] = path.relative_to(target.parent)
    target.write_text(page(record, pictures))
    target.with_suffix(".json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    print(f"Written: {target}")


def built_program():
    """That of the sources as they are."""
    subprocess.run([ROOT / "scripts" / "oncofield", "--version"], check=True, stdout=subprocess.DEVNULL)
    return ROOT / ".build" / "release" / "oncofield"


def options(peers):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problem", action="append", choices=["P2", "P3"])
    parser.add_argument("--peer", action="append", choices=[peer.name for peer in peers])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=int, default=900, help="seconds for one case")
    parser.add_argument("--budget", type=float, default=7200, help="seconds after which nothing is measured a second time")
    parser.add_argument("--quick", action="store_true", help="three cases of each tool on small grids")
    parser.add_argument("--program", type=pathlib.Path, help="instead of the one that is built from the sources as they are")
    parser.add_argument("--output", type=pathlib.Path, help="the page to write; docs/peers.md if nothing is left out")
    parser.add_argument("--onto", type=pathlib.Path, help="the JSON file of an earlier run, for all that is not measured now")
    parser.add_argument("--read", type=pathlib.Path, help="the JSON file of an earlier run, instead of measuring")
    arguments = parser.parse_args()
    isWhole = not (arguments.problem or arguments.peer or arguments.quick)
    arguments.output = arguments.output or (PAGE if isWhole else ROOT / "runs" / PAGE.name)
    arguments.problem = [int(name[1]) for name in arguments.problem or ["P2", "P3"]]
    return arguments


def main(arguments):
    if arguments.read:
        write(json.loads(arguments.read.read_text()), arguments.output)
        return
    arguments.program = (arguments.program or built_program()).resolve()
    peers, missing = available([peer for peer in PEERS if not arguments.peer or peer.name in arguments.peer])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    record = record_of(arguments, peers, missing)
    if arguments.onto:
        record = onto(json.loads(arguments.onto.read_text()), record, peers, arguments.problem)
    write(record, arguments.output)


if __name__ == "__main__":
    given = options(PEERS)
    environment.enter()
    main(given)
