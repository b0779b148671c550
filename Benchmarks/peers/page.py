"""The page of the comparison, from medians over the measurements of each case."""

import statistics

from peers import PEERS

TARGETS = [1e-2, 1e-4, 1e-6]
TITLES = {
    2: "P2: immunotherapy with diffusion, one field a hundred times as mobile as another, one that decays within 0.02",
    3: "P3: T cells that follow a chemokine to a tumor",
}
SHORT_TITLES = {2: "P2, immunotherapy with diffusion", 3: "P3, chemotaxis"}
NUMBERS = ["error", "stepping", "setup", "processor_seconds", "megabytes"]
PICTURE = "Lines join the cases that no other case of the tool beats in both error and time; the others are faint."


def medians(measurements):
    """One row per case: medians of its measurements, or its failure."""
    groups = {}
    for one in measurements:
        groups.setdefault((one["peer"], one["problem"], one["points"], one["method"], one["control"]), []).append(one)
    rows = []
    for group in groups.values():
        good = [one for one in group if "failure" not in one]
        if len(good) < len(group):
            rows.append(next(one for one in group if "failure" in one))
            continue
        middle = {key: statistics.median(one[key] for one in good) for key in NUMBERS}
        times = [one["stepping"] for one in good]
        rows.append(good[0] | middle | {"repeats": len(good), "range": (min(times), max(times))})
    return rows


def number(value):
    """Two digits, or whole."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.2g}".rstrip(".")


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(head, rows):
    return [row(head), row(["---"] * len(head)), *(row(cells) for cells in rows)]


def setting(one):
    return f"{one['points']}², {one['method']}, {one['control']:g}"


def fastest(rows, name, target, key):
    good = [one for one in rows if one["peer"] == name and one.get("error", 1) <= target]
    return min(good, key=lambda one: one[key], default=None)


def to_reach(rows, key, names):
    """Per tool and target the seconds of its fastest case, and the ratio to Oncofield's."""
    lines = []
    for name in names:
        cells = [name]
        for target in TARGETS:
            best, ours = fastest(rows, name, target, key), fastest(rows, "Oncofield", target, key)
            if not best:
                cells += ["–", "–"]
                continue
            ratio = f"{number(best[key] / ours[key])} ×" if ours and ours[key] else "–"
            cells += [f"{number(best[key])} s ({ratio})", setting(best)]
        lines.append(cells)
    head = ["tool"] + [word for target in TARGETS for word in (f"≤ {power(target)}", "case")]
    return table(head, lines)


def power(target):
    return f"{target:.0e}".replace("e-0", "e-")


def case_line(one):
    cells = [one["peer"], f"{one['points']}²", one["method"], f"{one['control']:g}"]
    if "failure" in one:
        return cells + [one["failure"].replace("|", "/")] + [""] * 7
    spread = "–".join(number(value) for value in one["range"])
    numbers = [number(one[key]) for key in ("stepping", "setup", "processor_seconds")]
    rest = [f"{one['megabytes']:.0f}", one["steps"] or "not said", one["note"]]
    return cells + [f"{one['error']:.1e}", numbers[0], spread if one["repeats"] > 1 else "once", *numbers[1:], *rest]


def missing(problem, names, absent):
    reasons = {peer.name: peer.absent[problem] for peer in PEERS if problem in peer.absent} | absent
    return [line for name, reason in reasons.items() if name not in names for line in (f"{name} is left out: {reason}.", "")]


def of_problem(problem, rows, absent, picture):
    names = [peer.name for peer in PEERS if any(one["peer"] == peer.name for one in rows)]
    lines = ["", f"## {TITLES[problem]}", "", f"![Error against time]({picture})", "", PICTURE, ""]
    lines += missing(problem, names, absent)
    lines += ["Seconds of stepping of the fastest measured case of each tool that reaches the error, and in parentheses the ratio"]
    lines += ["to Oncofield's; – where no case does.", "", *to_reach(rows, "stepping", names)]
    lines += ["", "The same for processor seconds of the whole process: start, import, compilation, set-up, stepping, output."]
    lines += ["", *to_reach(rows, "processor_seconds", names)]
    head = ["tool", "points", "method", "control", "error", "stepping, s", "range, s", "set-up, s", "processor, s", "MB", "steps"]
    head += ["remark"]
    lines += ["", "<details><summary>All cases</summary>", "", *table(head, map(case_line, rows)), "", "</details>"]
    return lines


def page(record, pictures):
    """The text of the page; `pictures` are their addresses by problem."""
    rows = medians(record["measurements"])
    versions = {one["peer"]: one["version"] for one in rows if "version" in one}
    lines = [
        "# Oncofield and its peers",
        "",
        "Written by `python3 Benchmarks/peers/compare.py`, which explains itself. All tools in one run, in turn, one thread on one",
        f"processor, each case in a process of its own, measured up to {record['repeat']} times: medians, and ranges in the tables of "
        "all cases.",
        "The error is the largest over the three fields of the relative L2 difference at the end from one reference, the converged",
        "solution of the equations in space and time (`Benchmarks/reference/solutions.py`, independent of all tools), on the",
        "points of the case. The equations are in `Benchmarks/peers/problems.py`; their data are even and periodic, so that",
        "tools with no-flux and with periodic sides solve the same problem.",
        "",
        *(["A quick pass, three small cases of each tool; not the whole comparison.", ""] if record["quick"] else []),
        f"{record['date']}, {record['processor']}, {record['system']}, {record['compiler']} with `{record['flags']}` for the "
        f"programs in C; load before and after {record['load']}; scripts of commit {record['commit']}."
        + "".join(f" {again[0].upper()}{again[1:]}." for again in record.get("again", [])),
    ]
    for problem in sorted({one["problem"] for one in rows}):
        own = [one for one in rows if one["problem"] == problem]
        lines += of_problem(problem, own, record["absent"], pictures[problem])
    lines += ["", "## How each tool was used", ""]
    lines += [f"- **{peer.name}** ({versions[peer.name]}). {peer.how}" for peer in PEERS if peer.name in versions]
    lines += [
        "",
        "Where the step or tolerance of a tool does not by itself give the error, the cases scan it, and the tables take the",
        "fastest one that is accurate enough: finding it is not counted. The number after method in a case is the step, or the",
        "tolerance of a tool that chooses its steps. A tool that only reads the right-hand side from us (SUNDIALS, PETSc) is as",
        "good in space as what we wrote; an expert in it may do better. Everything is reasonable, not heroic, use.",
    ]
    return "\n".join(lines) + "\n"
