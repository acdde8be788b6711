"""The plan of the house, checked: who may import whom, what every file holds, what the papers claim.

Only the standard library and git are needed, so that `make check` can run it in a second.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from casebook import terms

ROOT = Path(__file__).parent.parent
PACKAGES = ("casebook", "nlp", "models", "scheduler", "bots", "console", "office")
MAY_IMPORT = {
    "casebook": set(),
    "nlp": set(),
    "models": {"casebook"},
    "scheduler": {"casebook", "models"},
    "bots": {"casebook", "nlp"},
    "console": {"casebook", "models"},
    "office": set(PACKAGES),
}
CITIES = {"henan", "anyang", "suining", "yunnan", "shanghai", "河南", "安阳", "遂宁", "云南", "上海"}
LONGEST_FUNCTION, LONGEST_FILE = 60, 300


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps (with those about to be added) and that is there."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def code(*folders: str) -> list[Path]:
    """The Python files of these folders, of all packages without any."""
    return [path for path in tracked() if path.suffix == ".py" and folder(path) in (folders or PACKAGES)]


def folder(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def where(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def imports(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """What a file imports, at its head or inside a function, by full module name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def words(node: ast.AST) -> set[str]:
    """The plain strings in a piece of code."""
    return {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_packages_import_only_what_the_plan_allows():
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in code()
        if path.name != "__main__.py"
        for node, name in imports(path)
        if (top := name.split(".")[0]) in PACKAGES and top != folder(path) and top not in MAY_IMPORT[folder(path)]
    ]

    assert wrong == []


def test_nobody_imports_a_main_module_or_by_dots():
    files = [*code(), *code("tests", "bench")]
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in files
        for node, name in imports(path)
        if name.startswith(".") or (name.endswith("__main__") and folder(path) != "tests")
    ]

    assert wrong == []


def test_only_main_modules_and_tests_import_the_wiring():
    wrong = [
        where(path, node)
        for path in code(*PACKAGES[:-1])
        if path.name != "__main__.py"
        for node, name in imports(path)
        if name.split(".")[0] == "office"
    ]

    assert wrong == []


def test_the_middle_opens_no_socket_and_no_database():
    doors = {"socket", "sqlite3", "sqlalchemy", "psycopg", "requests", "httpx", "starlette", "telegram", "wechatpy"}
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in code("casebook")
        if path.name != "__main__.py"
        for node, name in imports(path)
        if name.split(".")[0] in doors
    ]

    assert wrong == []


def test_only_doors_read_the_clock():
    pure = ("bots/citizen", "bots/officer", "bots/reception", "scheduler/timers")
    inner = [*code("casebook", "nlp", "models")]
    inner += [path for path in code("bots", "scheduler") if str(path.relative_to(ROOT)).startswith(pure)]
    wrong = [
        where(path, node)
        for path in inner
        if path.name != "__main__.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if isinstance(node.value, ast.Name | ast.Attribute) and ast.unparse(node.value).endswith(("datetime", "date"))
    ]

    assert wrong == []


def test_every_file_opens_with_what_it_is_for():
    files = [path for path in tracked() if path.suffix == ".py" and path.read_text(encoding="utf-8").strip()]

    assert [where(path) for path in files if not ast.get_docstring(tree(path))] == []


def test_no_code_decides_by_the_name_of_a_city():
    wrong = [
        where(path, node)
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare | ast.If | ast.IfExp | ast.Match)
        if words(node.test if isinstance(node, ast.If | ast.IfExp) else node) & CITIES
    ]

    assert wrong == []


def test_the_middle_does_not_know_a_city_at_all():
    wrong = [
        where(path, node)
        for path in code("casebook")
        if path.name != "__main__.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and words(node) & CITIES
    ]

    assert wrong == []


def test_functions_and_files_stay_small():
    long = [
        f"{where(path, node)} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    long += [
        f"{where(path)} has {count} lines"
        for path in code()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]

    assert long == []


def test_no_error_is_passed_over_in_silence():
    wrong = [
        where(path, node)
        for path in [*code(), *code("tests", "bench")]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("pattern", "because"),
    [
        (r"(?<![\w.>}/])/(wo" + r"rk|fa" + r"rm|ro" + r"ot|ho" + r"me|tm" + r"p)/", "the path of one machine"),
        (
            r"index" + r"-url|extra" + r"-index|regi" + r"stry=['\"]?http|pypi\.org/simp" + r"le",
            "a package registry's address",
        ),
        (r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b", "a mark of unfinished work"),
    ],
)
def test_no_file_holds(pattern, because):
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]

    assert found == [], because


def test_what_is_imported_is_declared():
    """Each third-party module a package imports is named in requirements.in: nothing arrives by luck."""
    stated = [line for line in lines("requirements.in") if not line.startswith("#")]
    declared = {re.split(r"[\[=<>~ ]", line)[0].lower() for line in stated}
    known = packages_distributions()
    wrong = {
        f"{where(path, node)} imports {name}"
        for path in code()
        for node, name in imports(path)
        if (top := name.split(".")[0]) in known
        if not {distribution.lower().replace("_", "-") for distribution in known[top]} & declared
    }

    assert sorted(wrong) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_and_hashed(name):
    pins = re.split(r"\n(?=[a-z])", (ROOT / name).read_text(encoding="utf-8").strip())

    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_what_runs_is_the_same_where_it_is_tested():
    assert set(pins("requirements.txt")) <= set(pins("requirements-dev.txt"))


def test_the_words_of_the_makefile_that_the_papers_name_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for text in papers() for word in re.findall(r"`make ([a-z]+)", text)}

    assert {"run", "test", "setup", "check", "bench", "evaluate"} <= targets
    assert named - targets == set()


def test_the_commands_that_the_papers_name_exist():
    named = {word for text in papers() for word in re.findall(r"python -m ([a-z_.]+)", text)}
    ours = {name for name in named if name.split(".")[0] in PACKAGES}

    assert [name for name in sorted(ours) if not (ROOT / name / "__main__.py").exists()] == []


def test_the_links_of_the_papers_lead_somewhere():
    broken = [
        f"{path.relative_to(ROOT)} → {link}"
        for path in tracked()
        if path.suffix == ".md"
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]

    assert broken == []


def test_the_glossary_is_the_print_of_the_terms():
    """Print it again: python -c "from casebook.terms import glossary; print(glossary(), end='')" > GLOSSARY.md"""
    assert (ROOT / "GLOSSARY.md").read_text(encoding="utf-8") == terms.glossary()


@pytest.mark.parametrize("chapter", ["ROLES", "KINDS", "STATES", "STEPS", "CLOCKS", "MESSAGES", "GROUNDS", "MARKS"])
def test_every_term_has_its_chinese(chapter):
    assert [
        name for name, chinese in getattr(terms, chapter).items() if not re.search(r"[\u4e00-\u9fff]", chinese)
    ] == []


def test_every_data_file_can_be_read():
    for path in tracked():
        if path.suffix == ".toml":
            tomllib.loads(path.read_text(encoding="utf-8"))


def lines(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def pins(name: str) -> list[str]:
    return [line.rstrip(" \\") for line in lines(name) if re.match(r"[a-z]", line)]


def papers() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in tracked() if path.suffix == ".md"]
