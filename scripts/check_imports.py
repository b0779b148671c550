"""Compares the `import` lines of every module with its dependencies in Package.swift, which stand in import order."""

import argparse
import json
import pathlib
import re
import subprocess
import sys


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    dump = subprocess.run(
        ["swift", "package", "--package-path", str(root), "dump-package"], check=True, capture_output=True, text=True
    )
    targets = json.loads(dump.stdout)["targets"]
    modules = {target["name"] for target in targets}
    problems = []
    seen = []
    for target in targets:
        declared = set()
        for dependency in target["dependencies"]:
            name = next(iter(dependency.values()))[0]
            declared.add(name)
            if name in modules and name not in seen:
                problems.append(f"{target['name']} depends on {name}, which stands below it in Package.swift")
        seen.append(target["name"])
        place = target.get("path") or f"{'Tests' if target['type'] == 'test' else 'Sources'}/{target['name']}"
        folder = root / place
        used = set()
        sources = sorted(folder.rglob("*.swift"))
        for file in sources:
            for module in re.findall(r"^\s*(?:@testable )?import (?:\w+ )?(\w+)", file.read_text(), re.MULTILINE):
                used.add(module)
                if module in modules and module not in declared:
                    problems.append(f"{file.relative_to(root)} imports {module}, which {target['name']} does not declare")
        for name in sorted((declared & modules) - used):
            # A target in C takes the compiler's flags from the library that it depends on.
            if sources:
                problems.append(f"{target['name']} declares {name} and never imports it")
    for problem in problems:
        print("imports:", problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    sys.exit(main())
