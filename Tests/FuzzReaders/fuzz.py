"""What the inputs of fuzz-readers reach, and a search for inputs that reach more.

    .venv/bin/python Tests/FuzzReaders/fuzz.py guided [--seconds 600] [KIND …]    keeps what it finds in Corpora/KIND.tar.xz
    .venv/bin/python Tests/FuzzReaders/fuzz.py coverage [--inputs 100000]         a table of the sources that read

The search is libFuzzer's, on code that is built with its instrumentation and with the address sanitizer; of what it finds the
fewest inputs are kept that run through all that was run through. It cannot follow HDF5 files, which are read in other processes.
"""

import argparse
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPORA = ROOT / "Tests" / "FuzzReaders" / "Corpora"
GUIDED = ["json", "run-file", "expression", "npy", "png", "tiff"]
TEXTS = ["json", "run-file", "expression"]
LONGEST = 4096
BUILDS = {
    "guided": [
        "-Xswiftc", "-sanitize=fuzzer,address", "-Xswiftc", "-DGUIDED", "-Xcc", "-fsanitize=fuzzer-no-link,address",
    ],
    "coverage": [
        "-Xswiftc", "-profile-generate", "-Xswiftc", "-profile-coverage-mapping", "-Xswiftc", "-DCOVERAGE",
        "-Xcc", "-fprofile-instr-generate", "-Xcc", "-fcoverage-mapping",
    ],
}  # fmt: skip
# What reads: files of the sources, by the kind of input.
READERS = {
    "JSON": ["Documents/JSONParser", "Documents/(JSONNode|StringLiteral|UTF8Scalars|SourceText).swift"],
    "run files": ["Configuration/RunFileReader", "Models/ModelReader", "Documents/SchemaChecker"],
    "expressions": ["Expressions/Syntax/", "Expressions/Scope/"],
    "NPY": ["ArrayFiles/NPY"],
    "PNG": ["ArrayFiles/PNG"],
    "TIFF": ["ArrayFiles/TIFF"],
    "arrays in HDF5": ["Storage/HDF5/.*Foreign", "Storage/HDF5/HDF5Numbers", "Storage/Rehearsal"],
    "checkpoints": ["Storage/CheckpointFile", "Storage/CheckpointManifest"],
}


def build(name):
    folder = ROOT / f".build-{name}"
    command = ["swift", "build", "-c", "release", "--scratch-path", folder, "--product", "fuzz-readers"]
    # The usual linker fails on this.
    subprocess.run([*command, *BUILDS[name], "-Xswiftc", "-use-ld=lld"], cwd=ROOT, check=True)
    return folder / "release" / "fuzz-readers"


def seeds(kind, folder):
    """The good inputs that the tests begin with, and those that are kept."""
    sys.path.insert(0, str(ROOT / "Tests" / "CommandLine"))
    import test_damaged_inputs

    folder.mkdir(parents=True)
    files = test_damaged_inputs.seeds(kind, folder, None, None)
    if kind == "expression":
        for number, line in enumerate(files[0].read_text().split("\n")):
            (folder / f"{number}.txt").write_text(line)
    for file in files:
        if file.parent != folder:
            shutil.copy(file, folder)
    test_damaged_inputs.kept(kind, folder.parent)
    return [folder, folder.parent / "kept"]


def guided(arguments):
    program = build("guided")
    # Constants of Swift are taken for leaks.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    (ROOT / "runs").mkdir(exist_ok=True)
    for kind in arguments.kind or GUIDED:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            found, fewest = folder / "found", folder / "fewest"
            found.mkdir()
            fewest.mkdir()
            begin = seeds(kind, folder / "seeds")
            common = [f"-max_len={LONGEST}", "-rss_limit_mb=2048", "-timeout=3"]
            if kind in TEXTS:
                common.append("-only_ascii=1")
            search = [program, kind, "--guided", f"-max_total_time={arguments.seconds}", "-print_final_stats=1"]
            finished = subprocess.run(
                [*search, *common, f"-artifact_prefix={ROOT}/runs/{kind}-", found, *begin], capture_output=True, text=True
            )
            said = finished.stderr.strip().splitlines()
            if finished.returncode:
                sys.exit("\n".join([*said[-30:], f"{kind}: a defect; the input is in runs/"]))
            subprocess.run([program, kind, "--guided", "-merge=1", *common, fewest, found, *begin], check=True, capture_output=True)
            keep(kind, fewest)
            runs = next(line.split()[-1] for line in said if "number_of_executed_units" in line)
            reached = next(line for line in reversed(said) if "cov:" in line).split("cov: ")[1].split()[0]
            print(f"{kind}: {runs} inputs reach {reached} places; {len(list(fewest.iterdir()))} kept", flush=True)


def keep(kind, folder):
    """The same bytes for the same inputs."""
    CORPORA.mkdir(exist_ok=True)
    with tarfile.open(CORPORA / f"{kind}.tar.xz", "w:xz", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(folder.iterdir()):
            content = file.read_bytes()
            entry = tarfile.TarInfo(file.name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def tool(name):
    """Of the same version as the compiler."""
    return pathlib.Path(shutil.which("swift")).resolve().parent / name


def coverage(arguments):
    program = build("coverage")
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "LLVM_PROFILE_FILE": f"{folder}/%m.profraw",
            "ONCOFIELD_FUZZ_PROGRAM": str(program),
            "ONCOFIELD_FUZZ_INPUTS": str(arguments.inputs),
        }
        test = [sys.executable, "-m", "pytest", "-q", "Tests/CommandLine/test_damaged_inputs.py", "-k", "damaged"]
        subprocess.run(test, cwd=ROOT, env=environment, check=True)
        merged = pathlib.Path(folder) / "all.profdata"
        raw = sorted(pathlib.Path(folder).glob("*.profraw"))
        subprocess.run([tool("llvm-profdata"), "merge", "-o", merged, *raw], check=True)
        command = [tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={merged}", program]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    files = {file["filename"]: file["summary"]["lines"] for file in report["data"][0]["files"]}
    print("| reads | lines | reached |\n| --- | --- | --- |")
    for kind, patterns in READERS.items():
        own = {name: lines for name, lines in files.items() if any(re.search(f"Sources/{p}", name) for p in patterns)}
        count, covered = (sum(lines[key] for lines in own.values()) for key in ("count", "covered"))
        print(f"| {kind} | {count} | {100 * covered / count:.0f} % |")
        if arguments.files:
            for name, lines in sorted(own.items()):
                print(f"    {lines['covered']:5} of {lines['count']:5}  {pathlib.Path(name).relative_to(ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("guided")
    verb.add_argument("kind", nargs="*", help=f"of {GUIDED}")
    verb.add_argument("--seconds", type=int, default=600)
    verb.set_defaults(act=guided)
    verb = verbs.add_parser("coverage")
    verb.add_argument("--inputs", type=int, default=100_000)
    verb.add_argument("--files", action="store_true", help="each file")
    verb.set_defaults(act=coverage)
    arguments = parser.parse_args()
    arguments.act(arguments)


if __name__ == "__main__":
    main()
