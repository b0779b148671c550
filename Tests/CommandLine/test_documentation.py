"""The commands of the documentation: each does what its page says, in the order of the page."""

import os
import re
import subprocess

import pytest
from conftest import PROGRAM, ROOT

# Pages whose commands are of seconds; what they begin with, and what each needs to be one of seconds.
PAGES = {"README.md": [], "docs/first-run.md": [], "docs/treatment.md": [], "docs/health.md": []}
SHORTER = {
    "run configs/immunotherapy.json": ["--set", "domain.points=[48,32]"],
    "bench": ["--points", "32", "--seconds", "0.01", "--repeats", "1"],
}
# Fewer points for the same purpose.
SMALLER = {"domain.points=[144,144]": "domain.points=[36,36]"}
# Different runs are compared.
CODES = {"compare": 1}


def commands(page):
    """The commands of the program in the code blocks of a page."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split("   #")[0].strip() for line in lines if re.match(r"(scripts/)?oncofield ", line)]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    for name in ("scripts/oncofield", "oncofield"):
        (tmp_path / name).symlink_to(PROGRAM)
    found = commands(page)
    assert found, f"{page} has no commands"
    for command in found:
        for part, additions in SHORTER.items():
            if part in command:
                command = " ".join([command, *(f"'{addition}'" for addition in additions)])
        for part, smaller in SMALLER.items():
            command = command.replace(part, smaller)
        finished = subprocess.run(
            command, shell=True, cwd=tmp_path, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        verb = command.split()[1]
        assert finished.returncode == CODES.get(verb, 0), (command, finished.stderr)


def test_every_page_with_commands_is_known():
    """Pages whose commands take minutes, or need a cluster, are run by hand."""
    by_hand = {"docs/cluster.md", "docs/performance.md"}
    pages = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("*.md")))]
    assert {page for page in pages if commands(page)} == set(PAGES) | by_hand


def test_the_tests_that_pages_name_exist():
    """A table says by which test a figure is checked: as the name of a function, a suite or a file."""
    tests = "".join(path.read_text() for end in ("swift", "py") for path in (ROOT / "Tests").rglob(f"*.{end}"))
    named = [
        (page.name, name.rstrip("…"))
        for page in (ROOT / "docs").glob("*.md")
        for line in page.read_text().splitlines()
        if line.startswith("| ")
        for name in re.findall(r"`([A-Za-z_]{12,}…?)`", line.strip("| ").split("|")[-1])
    ]
    assert len(named) > 100
    assert not [(page, name) for page, name in named if name not in tests]
