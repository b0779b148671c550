"""Error against the seconds of stepping, one picture per problem."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

STYLES = {
    "Oncofield": ("#d1242f", "o"),
    "hand-written C": ("#57606a", "s"),
    "exponax": ("#0969da", "D"),
    "SUNDIALS": ("#1a7f37", "^"),
    "PETSc": ("#8250df", "v"),
    "Dedalus": ("#bf8700", "P"),
    "py-pde": ("#0e7490", "X"),
    "sme": ("#bf3989", "<"),
    "FiPy": ("#6e4a1e", ">"),
}


def frontier(rows):
    """Those that no other one beats in both error and time, from quick to slow."""
    best, kept = float("inf"), []
    for row in sorted(rows, key=lambda row: (row["stepping"], row["error"])):
        if row["error"] < best:
            best = row["error"]
            kept.append(row)
    return kept


def draw(rows, title, path):
    figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
    for name, (color, marker) in STYLES.items():
        own = [row for row in rows if row["peer"] == name and "failure" not in row]
        if not own:
            continue
        line = frontier(own)
        emphasis = name == "Oncofield"
        axes.plot(
            [row["stepping"] for row in line], [row["error"] for row in line], color=color, marker=marker,
            linewidth=2.5 if emphasis else 1.3, markersize=7 if emphasis else 5.5, label=name, zorder=3 if emphasis else 2,
        )  # fmt: skip
        others = [row for row in own if row not in line]
        axes.scatter(
            [row["stepping"] for row in others], [row["error"] for row in others], color=color, marker=marker, s=14, alpha=0.35
        )
    axes.set(xscale="log", yscale="log", xlabel="seconds of stepping, one thread (set-up and compilation apart)")
    axes.set_ylabel("error (largest over fields of relative L2)")
    axes.set_title(title, loc="left", fontsize=11)
    for target in (1e-2, 1e-4, 1e-6):
        axes.axhline(target, color="0.6", linewidth=0.8, linestyle=":")
    axes.grid(which="major", color="0.92")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
