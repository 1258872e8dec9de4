"""What users install: the wheel and the sdist, built as a release is, run from fresh places."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import holdfast

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("runtime", "policy", "oci", "edge", "proto")
DATA = (".cedarschema", ".cedar", ".jsonl", ".toml", ".proto", ".json", ".md", ".typed")
SHIPPED_ONLY_IN_SDIST = ("tests/", "docs/", "tools/", "bench/", "requirements/", ".ci/")

pytestmark = pytest.mark.slow


def run(*command: str, cwd: Path, **env: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**clean, "SOURCE_DATE_EPOCH": "1700000000", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def committed_files() -> list[str]:
    """What a clone would hold; inside an unpacked sdist, what is there."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    files = (path for path in ROOT.rglob("*") if path.is_file() and not path.is_symlink())
    return [path.relative_to(ROOT).as_posix() for path in files]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel built from a copy unpacked from it: nothing may come from here."""
    out = tmp_path_factory.mktemp("dist")
    copy = tmp_path_factory.mktemp("copy") / "holdfast"
    for name in committed_files():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (ROOT / name).is_symlink():
            target.write_bytes((ROOT / name).read_bytes())
    for room in ROOMS:
        (copy / "holdfast" / room).symlink_to(f"../{room}")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy), cwd=out)
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return sdist, wheel


def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sdist_names(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if not member.isdir()]
    return {member.name.partition("/")[2] for member in members}


def test_the_wheel_holds_every_module_and_data_file(built: tuple[Path, Path]) -> None:
    names = wheel_names(built[1])
    wanted = {
        name if name.startswith("holdfast/") else f"holdfast/{name}"
        for name in committed_files()
        if name.startswith((*(f"{room}/" for room in ROOMS), "holdfast/"))
        and name.endswith((".py", ".pyi", *DATA))
    }
    assert wanted - names == set()
    assert {"holdfast/py.typed", "holdfast/policy/schema/holdfast.cedarschema"} <= names


def test_no_file_of_a_room_is_of_a_kind_the_wheel_forgets() -> None:
    forgotten = [
        name
        for name in committed_files()
        if name.startswith(tuple(f"{room}/" for room in ROOMS))
        and not name.endswith((".py", ".pyi", *DATA))
    ]
    assert forgotten == []


def test_the_wheel_takes_no_name_but_ours(built: tuple[Path, Path]) -> None:
    tops = {name.partition("/")[0] for name in wheel_names(built[1])}
    assert tops == {"holdfast", f"holdfast-{holdfast.__version__}.dist-info"}


def test_the_sdist_holds_all_that_is_committed(built: tuple[Path, Path]) -> None:
    names = sdist_names(built[0])
    ignored = (".git", "holdfast/edge", "holdfast/oci", "holdfast/policy", "holdfast/proto")
    wanted = {
        name
        for name in committed_files()
        if not name.startswith((*ignored, "holdfast/runtime")) and not (ROOT / name).is_symlink()
    }
    assert wanted - names == set()
    assert [name for name in names if name.startswith(tuple(f"holdfast/{r}/" for r in ROOMS))] == []
    for folder in SHIPPED_ONLY_IN_SDIST:
        assert any(name.startswith(folder) for name in names), folder


@pytest.mark.parametrize("which", ["wheel", "sdist"])
def test_it_runs_from_a_fresh_environment(
    built: tuple[Path, Path], which: str, tmp_path: Path
) -> None:
    """Ours is installed from the artifact; the third parties are borrowed from this environment."""
    artifact = built[1] if which == "wheel" else built[0]
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    purelib = Path(run(str(python), "-c", PURELIB, cwd=tmp_path).strip())
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    borrowed = sysconfig.get_path("purelib")
    run(*pip, "install", *offline, str(artifact), cwd=tmp_path, PYTHONPATH=borrowed)
    # A folder of links to the third parties alone: the editable install of this clone must not
    # be what is imported.
    for entry in Path(borrowed).iterdir():
        if not entry.name.startswith(("__editable__", "holdfast", "distutils-precedence")):
            target = purelib / entry.name
            if not target.exists():
                target.symlink_to(entry)
    where = run(str(python), "-c", "import holdfast; print(holdfast.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    command = tmp_path / "env" / "bin" / "holdfast"
    assert holdfast.__version__ in run(str(command), "--version", cwd=tmp_path)
    everything = (
        "import holdfast.policy, holdfast.proto, holdfast.runtime, holdfast.oci, holdfast.edge"
    )
    run(str(python), "-W", "error", "-c", everything, cwd=tmp_path)
    shipped = (ROOT / "policy" / "schema" / "holdfast.cedarschema").read_text(encoding="utf-8")
    assert run(str(python), "-c", SCHEMA, cwd=tmp_path).strip() == shipped.strip()


SCHEMA = """
from importlib.resources import files
print((files("holdfast.policy.schema") / "holdfast.cedarschema").read_text(encoding="utf-8"))
"""
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"
