"""The rules of the house that a reader relies on, checked over the syntax tree of every file."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SELF = Path(__file__).resolve()

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

VISIT = {"visit", "examination", "inspect", "codewatch", "gear", "recorder", "sealing", "session", "desk"}
VISIT |= {
    "gaze",
    "intake",
    "logfloor",
    "measures",
    "movements",
    "reception",
    "runner",
    "tidings",
    "timekeeping",
    "tray",
}
# Each unit may import what stands in a row above it here. Within a row nothing knows its neighbours ...
LAYERS = (
    {"applog", "limits", "reason", "sections"},
    {"model", "config", "imagesize"},
    {"view"},
    {"cose", "imaging", "pdf", "wedge"},
    {"camera", "verify", "trust", "face", "audit"},
    VISIT,
    {"health", "demo", "compose"},
    {"ui"},
    {"app"},
    {"bench", "evaluate"},
    {"commands", "__main__"},
)
# ... but for these: verification reads the trust store, and a visit is one thing in several files.
NEIGHBOURS = {("verify", "trust")} | set(permutations(VISIT, 2))
ISSUER_MAY_USE = {"reason", "limits", "model", "view", "cose", "verify", "trust", "face", "imaging", "audit"}
# The benchmark also measures the bare library beside the kiosk; the evaluation makes pictures.
ONLY_IN = {
    "PySide6": {"ui", "app", "bench"},
    "cv2": {"camera", "face", "imaging", "bench", "evaluate"},
    "pypdfium2": {"pdf"},
    "dlib": {"face"},
    "sqlite3": {"audit"},
    "pysqlite3": {"audit"},
    "sqlite_utils": {"audit", "bench"},
}
# Modules that decide: what time it is comes in as an argument.
TIMELESS = (
    "model.py",
    "reason.py",
    "codewatch.py",
    "reception.py",
    "session.py",
    "tidings.py",
    "timekeeping.py",
    "tray.py",
    "desk.py",
    "view.py",
    "visit.py",
    "wedge/",
    "cose/",
    "verify/",
    "trust/policy.py",
    "trust/clock.py",
    "trust/grading.py",
    "trust/logged.py",
    "audit/chain.py",
)
CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.datetime.now",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
}
CATCH_ALL = {
    "kiosk/intake/hatch.py",
    "kiosk/runner.py",
    "kiosk/camera/capture.py",
    "kiosk/trust/watch.py",
    "kiosk/app.py",
    "kiosk/__main__.py",
    "issuer/cli.py",
}
MAX_FUNCTION = 60
MAX_FILE = 300
MAX_TEST_FILE = 400


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


PRODUCT = [*python_files("kiosk", "issuer"), ROOT / "run_kiosk.py"]
TESTS = python_files("tests")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules ask of a file; its tree is let go of, for all the trees together slow what follows.

    `imports`: every module that it names in an import, wherever; `from a import b` names both. `attributes`
    are dotted names, `broad` and `asserts` lines, `functions` names and lengths.
    """

    imports: frozenset[str]
    attributes: tuple[tuple[int, str], ...]
    functions: tuple[tuple[str, int], ...]
    broad: tuple[int, ...]
    asserts: tuple[int, ...]
    says: bool


@cache
def facts(path: Path) -> Facts:
    """Read a file once for all rules."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    nodes = list(ast.walk(tree))
    return Facts(
        imports=frozenset(name for node in nodes for name in imported(path, node)),
        attributes=tuple((n.lineno, dotted(n)) for n in nodes if isinstance(n, ast.Attribute)),
        functions=tuple((n.name, length(n)) for n in nodes if isinstance(n, FUNCTIONS)),
        broad=tuple(n.lineno for n in nodes if isinstance(n, ast.ExceptHandler) and catches_all(n)),
        asserts=tuple(n.lineno for n in nodes if isinstance(n, ast.Assert)),
        says=bool(ast.get_docstring(tree)) or (path.name == "__init__.py" and not tree.body),
    )


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def catches_all(node: ast.ExceptHandler) -> bool:
    return node.type is None or bool(
        {"Exception", "BaseException"} & {dotted(n) for n in ast.walk(node.type)}
    )


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> frozenset[str]:
    return facts(path).imports


def imported(path: Path, node: ast.AST) -> set[str]:
    """Every module that a node names if it is an import; `from a import b` names both."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    base = node.module or ""
    if node.level:
        package = module_name(path).split(".")
        keep = len(package) - node.level + (path.name == "__init__.py")
        base = ".".join([*package[:keep], *base.split(".")] if base else package[:keep])
    return {base} | {f"{base}.{alias.name}" for alias in node.names}


def unit(module: str) -> str | None:
    """The part of the kiosk a module belongs to: kiosk.verify.dates is in verify. None for kiosk itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "kiosk" and len(parts) > 1 else None


def units_used(path: Path) -> set[str]:
    known = set().union(*LAYERS)
    return {name for name in map(unit, imports(path)) if name in known}


def rank(name: str) -> int:
    return next(row for row, names in enumerate(LAYERS) if name in names)


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_every_part_of_the_kiosk_has_its_place_in_the_layers():
    there = {unit(module_name(path)) for path in python_files("kiosk")} - {None}

    assert there <= set().union(*LAYERS)


@pytest.mark.parametrize("path", python_files("kiosk"), ids=short)
def test_imports_point_down(path):
    own = unit(module_name(path))
    upwards = {
        name
        for name in units_used(path)
        if own and name != own and rank(name) >= rank(own) and (own, name) not in NEIGHBOURS
    }

    assert set() == upwards


@pytest.mark.parametrize("path", python_files("kiosk"), ids=short)
def test_a_library_is_used_only_by_its_owner(path):
    own = unit(module_name(path))
    tops = {name.split(".")[0] for name in imports(path)}
    foreign = {library for library, owners in ONLY_IN.items() if library in tops and own not in owners}

    assert set() == foreign


def test_the_kiosk_never_imports_the_issuer():
    guilty = [short(p) for p in python_files("kiosk") if any(n.split(".")[0] == "issuer" for n in imports(p))]

    assert [] == guilty


def test_the_issuer_uses_only_what_both_sides_share():
    foreign = {
        f"{short(p)}: {name}" for p in python_files("issuer") for name in units_used(p) - ISSUER_MAY_USE
    }

    assert set() == foreign


def test_no_import_runs_in_a_circle():
    files = {module_name(path): path for path in PRODUCT}
    edges = {
        name: {found for found in imports(path) if found in files and found != name}
        for name, path in files.items()
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for following in sorted(edges[name]):
                walk(following, (*way, name))
            done.add(name)

    for name in sorted(edges):
        walk(name, ())


def test_what_decides_never_asks_for_the_time():
    guilty = [
        f"{short(path)}:{line} {name}"
        for path in python_files("kiosk")
        if short(path).removeprefix("kiosk/").startswith(TIMELESS)
        for line, name in facts(path).attributes
        if name in CLOCK_CALLS
    ]

    assert [] == guilty


def test_files_stay_short():
    limits = dict.fromkeys(PRODUCT, MAX_FILE) | dict.fromkeys(TESTS, MAX_TEST_FILE)
    long = {
        short(p): n for p, limit in limits.items() if (n := len(p.read_text("utf-8").splitlines())) > limit
    }

    assert {} == long


def test_functions_stay_short():
    long = {
        f"{short(path)}: {name}": lines
        for path in [*PRODUCT, *TESTS]
        for name, lines in facts(path).functions
        if lines > MAX_FUNCTION
    }

    assert {} == long


def test_every_module_says_what_it_is_for():
    silent = [short(path) for path in PRODUCT if not facts(path).says]

    assert [] == silent


def test_everything_is_caught_only_at_the_top_of_a_thread_or_of_the_program():
    guilty = [
        f"{short(path)}:{line}"
        for path in PRODUCT
        if short(path) not in CATCH_ALL
        for line in facts(path).broad
    ]

    assert [] == guilty


def test_input_is_never_checked_by_assert():
    guilty = [f"{short(path)}:{line}" for path in PRODUCT for line in facts(path).asserts]

    assert [] == guilty


def test_tests_neither_mock_nor_patch_nor_skip():
    banned = {"mock", "mocker", "setattr", "skip", "skipif", "xfail", "importorskip"}
    guilty = [
        f"{short(path)}:{line} {name}"
        for path in TESTS
        for line, name in facts(path).attributes
        if name.split(".")[-1] in banned
        and name.split(".")[0] in {"monkeypatch", "mocker", "mock", "unittest", "pytest"}
    ]
    importers = [short(path) for path in TESTS if any("mock" in name.split(".") for name in imports(path))]

    assert [] == guilty + importers


def text_files() -> list[Path]:
    kinds = {".py", ".md", ".toml", ".txt", ".sh", ".in", ".ts", ".yml", ".yaml", ".json"}
    hidden = {".venv", ".venv-peers", ".git", "wheelhouse", "build", "state", "node_modules"}
    inside = [
        path
        for path in ROOT.rglob("*")
        if path.suffix in kinds and not hidden & set(path.relative_to(ROOT).parts) and path != SELF
    ]
    return [*inside, ROOT / "Makefile", ROOT / ".ci" / "run"]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a TODO without its number", r"\b(TODO(?!\(#(\d+|n)\))|FIXME)\b"),
        ("a path of one machine", r"(?<![\w.])/(home|Users|root|work)/\w"),
    ],
)
def test_no_file_holds(what, pattern):
    guilty = [
        f"{short(path)}:{number}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]

    assert [] == guilty, what
