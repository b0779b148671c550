"""Where the peers live: a virtual environment of their own, Debian packages, programs compiled from the C files. Standard
library only, as it runs before anything is installed."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "runs" / "peers-venv"
BUILD = ROOT / "runs" / "peers-build"
PYTHON = VENV / "bin" / "python"
COMPILE = ["-O3", "-march=native", "-ffast-math"]
PACKAGES = ["libfftw3-dev", "libsundials-dev", "petsc-dev", "libopenmpi-dev", "openmpi-bin", "pkg-config"]
PROGRAMS = {
    "launch": ["cc"],
    "hand_written": ["cc", "-lfftw3", "-lm"],
    "sundials": ["cc", "-lsundials_cvode", "-lsundials_arkode", "-lsundials_nvecserial", "-lsundials_sunlinsolspgmr", "-lm"],
    "petsc": ["mpicc", "PETSc", "-lm"],
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def pkg_config(*words):
    return output("pkg-config", *words).split()


def compiled(name):
    """Compiles NAME.c; the end of the compiler's complaint if that does not succeed."""
    compiler, *libraries = PROGRAMS[name]
    try:
        if "PETSc" in libraries:
            libraries = pkg_config("--cflags", "--libs", "PETSc") + ["-lm"]
        command = [compiler, *COMPILE, HERE / f"{name}.c", "-o", BUILD / name, *libraries]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        return f"{error.filename} is missing"
    except subprocess.CalledProcessError as error:
        errors = [line for line in error.stderr.splitlines() if "error" in line or "Package" in line]
        return (errors or error.stderr.splitlines() or ["it cannot be compiled"])[0]
    return None


def install_packages():
    """With apt where that is allowed, as scripts/prepare.sh does."""
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "-n", "apt-get"]
    if not shutil.which("apt-get") or subprocess.run([*apt, "--version"], capture_output=True).returncode:
        print("Peers will be left out that need the Debian packages " + " ".join(PACKAGES), file=sys.stderr)
        return
    print("Installing Debian packages …", file=sys.stderr)
    settings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update", "-qq"], stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "install", "-y", "-qq", *PACKAGES], env=settings, stdout=subprocess.DEVNULL)


def build_settings():
    """Dedalus is built from source, with these."""
    if not shutil.which("mpicc"):
        return {}
    words = output("mpicc", "-show").split()
    include, library = ([word[2:] for word in words if word.startswith(flag)][0] for flag in ("-I", "-L"))
    fftw = {"FFTW_INCLUDE_PATH": "includedir", "FFTW_LIBRARY_PATH": "libdir", "FFTW_PATH": "prefix"}
    settings = {name: output("pkg-config", f"--variable={variable}", "fftw3") for name, variable in fftw.items()}
    return settings | {"MPI_INCLUDE_PATH": include, "MPI_LIBRARY_PATH": library, "CC": "mpicc"}


def install_requirements():
    text = (HERE / "requirements.txt").read_text()
    stamp = VENV / "installed.txt"
    if stamp.exists() and stamp.read_text() == text:
        return
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    succeeded = True
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        print(f"Installing {line} …", file=sys.stderr)
        command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *line.split()]
        finished = subprocess.run(command, env=os.environ | build_settings(), capture_output=True, text=True)
        if finished.returncode:
            succeeded = False
            print(finished.stderr[-2000:], file=sys.stderr)
    if succeeded:
        stamp.write_text(text)


def prepare():
    """All that can be made; which programs in C cannot, and why."""
    BUILD.mkdir(parents=True, exist_ok=True)
    missing = {name: reason for name in PROGRAMS if (reason := compiled(name))}
    if missing:
        install_packages()
        missing = {name: reason for name in missing if (reason := compiled(name))}
    if "launch" in missing:
        sys.exit(f"A C compiler is needed: {missing['launch']}")
    install_requirements()
    return missing


def enter():
    """Goes on in the virtual environment, after making it."""
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        return
    prepare()
    os.execv(PYTHON, [str(PYTHON), *sys.argv])
