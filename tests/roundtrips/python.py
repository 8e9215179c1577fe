"""pip-tools, uv, Poetry, PDM and Pipenv: each writes the lock file of a project and lists what is in it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.roundtrips.listing import Key, Listing, Said
from tests.roundtrips.manager import Made, Manager
from tests.roundtrips.python_projects import PROJECTS, pipfile, poetry_1, pyproject
from tests.roundtrips.tools import Tools

INDEX = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


def uv(tools: Tools, name: str, folder: Path) -> Made:
    program = _uv_lock(tools, name, folder)
    export = (program, "export", "--frozen", "--no-hashes", "--no-header", "--no-annotate", "--no-emit-project")
    everything = _exported(tools.run(folder, *export, "--all-extras", "--all-groups"))
    shipped = _exported(tools.run(folder, *export, "--all-extras", "--no-default-groups"))
    tree = tools.run(folder, program, "tree", "--frozen", "--universal", "--all-groups", "--depth=1")
    direct = {canonicalize_name(found) for found in re.findall(r"^[├└]── ([\w.-]+)", tree, re.MULTILINE)}
    return Made(folder / "uv.lock", _listing(everything, shipped, direct))


def pylock_of_uv(tools: Tools, name: str, folder: Path) -> Made:
    """PEP 751; the file does not tell what is direct."""
    program = _uv_lock(tools, name, folder)
    export = (program, "export", "--frozen", "--no-header", "--no-emit-project", "--all-extras", "--all-groups")
    (folder / "pylock.toml").write_text(tools.run(folder, *export, "--format=pylock.toml"))
    everything = _exported(tools.run(folder, *export, "--no-hashes", "--no-annotate"))
    return Made(folder / "pylock.toml", dict.fromkeys(sorted(everything), Said()))


def uv_pip_compile(tools: Tools, name: str, folder: Path) -> Made:
    program = tools.pypi("uv") / "uv"
    _write(folder, "requirements.in", "\n".join(PROJECTS[name].everything()) + "\n")
    compiling = (program, "pip", "compile", "--universal", "--quiet", "--python-version=3.11", "requirements.in")
    tools.run(folder, *compiling, "--generate-hashes", "--output-file=requirements.txt")
    listed = tools.run(folder, *compiling, "--no-header", "--no-annotate")
    direct = PROJECTS[name].direct()
    return Made(folder / "requirements.txt", {key: Said(None, key[0] in direct) for key in sorted(_exported(listed))})


def pip_compile(tools: Tools, name: str, folder: Path) -> Made:
    """pip itself says what it would install from the file."""
    programs = tools.pypi("pip-tools")
    _write(folder, "requirements.in", "\n".join(PROJECTS[name].everything()) + "\n")
    compiling = ("--quiet", "--strip-extras", "--generate-hashes", "--no-emit-index-url", "requirements.in")
    tools.run(folder, programs / "pip-compile", *compiling)
    reading = ("install", "--dry-run", "--no-deps", "--quiet", "--ignore-installed", "--report=-")
    report = json.loads(tools.run(folder, programs / "pip", *reading, "--requirement=requirements.txt"))
    metadata = [entry["metadata"] for entry in report["install"]]
    direct = PROJECTS[name].direct()
    keys = {(canonicalize_name(entry["name"]), entry["version"]) for entry in metadata}
    return Made(folder / "requirements.txt", {key: Said(None, key[0] in direct) for key in sorted(keys)})


def poetry(packages: tuple[str, ...], written: Callable[[str], str], tools: Tools, name: str, folder: Path) -> Made:
    """It wants an interface of the index that a mirror need not have, unless the index is a source of its own."""
    programs = tools.pypi(*packages)
    address = tools.run(tools.folder, programs / "python", "-c", INDEX).strip()
    source = f'\n[[tool.poetry.source]]\nname = "simple"\nurl = "{address}/"\npriority = "primary"\n'
    _write(folder, "pyproject.toml", written(name) + source)
    tools.run(folder, programs / "poetry", "lock", "--no-interaction")
    export = (programs / "poetry", "export", "--without-hashes", "--all-extras", "--no-interaction")
    shipped = _exported(tools.run(folder, *export))
    groups = [f"--with={','.join(PROJECTS[name].groups)}"] if PROJECTS[name].groups else []
    everything = _exported(tools.run(folder, *export, *groups))
    return Made(folder / "poetry.lock", _listing(everything, shipped, PROJECTS[name].direct()))


def pdm(tools: Tools, name: str, folder: Path) -> Made:
    programs = tools.pypi("pdm==2.25.9", "unearth<0.18", "hishel<1")
    _write(folder, "pyproject.toml", pyproject(name))
    (folder / ".pdm-python").write_text(str(programs / "python"))
    tools.run(folder, programs / "pdm", "lock", "--group=:all")
    export = (programs / "pdm", "export", "--format=requirements", "--without-hashes", "--group=:all")
    everything = _exported(tools.run(folder, *export))
    shipped = _exported(tools.run(folder, *export, "--prod"))
    return Made(folder / "pdm.lock", _listing(everything, shipped, PROJECTS[name].direct()))


def pipenv(tools: Tools, name: str, folder: Path) -> Made:
    programs = tools.pypi("pipenv")
    _write(folder, "Pipfile", pipfile(name))
    tools.run(folder, programs / "pipenv", "lock", "--python", programs / "python")
    shipped = _exported(tools.run(folder, programs / "pipenv", "requirements"))
    everything = _exported(tools.run(folder, programs / "pipenv", "requirements", "--dev"))
    return Made(folder / "Pipfile.lock", _listing(everything | shipped, shipped, PROJECTS[name].direct()))


def _uv_lock(tools: Tools, name: str, folder: Path) -> Path:
    program = tools.pypi("uv") / "uv"
    _write(folder, "pyproject.toml", pyproject(name))
    tools.run(folder, program, "lock", "--no-config")
    return program


def _listing(everything: Iterable[Key], shipped: Iterable[Key], direct: Iterable[str]) -> Listing:
    shipped, direct = frozenset(shipped), frozenset(direct)
    return {key: Said(key not in shipped, key[0] in direct) for key in sorted(everything)}


def _exported(text: str) -> set[Key]:
    """Pinned requirements, one a line."""
    found: set[Key] = set()
    for line in text.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.partition(" #")[0])
            found.add((canonicalize_name(requirement.name), str(requirement.specifier).removeprefix("==")))
    return found


def _write(folder: Path, file: str, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / file).write_text(text)


def _manager(name: str, make: Callable[[Tools, str, Path], Made], refused: Mapping[str, str] | None = None) -> Manager:
    taken = tuple(project for project in PROJECTS if project not in (refused or {}))
    return Manager(name, taken, make, own=_own, canonical=canonicalize_name)


def _own(name: str) -> frozenset[str]:
    return frozenset({f"the-{name}"})


#: Two versions of one package, told apart by markers.
ONE_ENVIRONMENT = {"fork": "it wants one version of each package"}

MANAGERS = (
    _manager("uv", uv),
    _manager("uv, pylock", pylock_of_uv),
    _manager("uv pip compile", uv_pip_compile),
    _manager("pip-tools", pip_compile, ONE_ENVIRONMENT),
    _manager("poetry 2", partial(poetry, ("poetry==2.*", "poetry-plugin-export"), pyproject)),
    _manager("poetry 1", partial(poetry, ("poetry==1.8.*", "poetry-plugin-export"), poetry_1)),
    _manager("pdm", pdm, ONE_ENVIRONMENT),
    _manager("pipenv", pipenv, ONE_ENVIRONMENT),
)
