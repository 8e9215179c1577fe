"""Small Python projects in the words of PEP 621 and PEP 735, and how each manager wants them written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class Project:
    """Requirements as PEP 508 writes them."""

    dependencies: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def direct(self) -> frozenset[str]:
        """The names that it asks for itself."""
        return frozenset(name_of(text) for text in self.everything())

    def everything(self) -> Iterable[str]:
        """All requirements; a group may include another one."""
        for requirements in (self.dependencies, *self.extras.values(), *self.groups.values()):
            yield from (text for text in requirements if not text.startswith("include:"))


PROJECTS: Mapping[str, Project] = {
    "web": Project(("flask==3.0.3", "requests[socks]==2.31.0", "uvicorn[standard]==0.29.0", "python-dotenv==1.0.1")),
    "markers": Project(
        (
            "colorama==0.4.6; sys_platform == 'win32'",
            "tomli==2.0.1; python_version < '3.11'",
            "click==8.1.7",
            "pywin32-ctypes==0.2.2; sys_platform == 'win32'",
        )
    ),
    "groups": Project(
        ("attrs==23.2.0",),
        groups={
            "test": ("pytest==8.2.0", "attrs==23.2.0"),
            "lint": ("ruff==0.4.4", "mypy==1.10.0"),
            "dev": ("include:test", "include:lint", "tox==4.15.0"),
        },
    ),
    "extras": Project(
        ("packaging==24.0",),
        extras={"yaml": ("PyYAML==6.0.1",), "http": ("httpx==0.27.0", "anyio==4.3.0")},
        groups={"dev": ("anyio==4.3.0", "trio==0.25.0")},
    ),
    "names": Project(
        ("Jinja2==3.1.4", "ruamel.yaml==0.18.6", "zope.interface==6.3", "typing_extensions==4.11.0"),
        groups={"dev": ("Flask_Cors==4.0.1",)},
    ),
    "framework": Project(
        ("Django==5.0.6", "celery[redis]==5.4.0", "psycopg==3.1.19"),
        groups={"docs": ("sphinx==7.3.7",), "dev": ("coverage[toml]==7.5.1", "hypothesis==6.102.4")},
    ),
    "fork": Project(
        ("numpy==1.26.4; python_version < '3.12'", "numpy==2.0.0; python_version >= '3.12'", "six==1.16.0"),
    ),
}


def name_of(requirement: str) -> str:
    """Normalized as PEP 503 says."""
    return canonicalize_name(Requirement(requirement).name)


def pyproject(name: str) -> str:
    """PEP 621 and PEP 735: uv, pdm and Poetry 2 read it."""
    project = PROJECTS[name]
    lines = ["[project]", f'name = "the-{name}"', 'version = "0.1.0"', 'requires-python = ">=3.11"']
    lines.append(f"dependencies = {_array(project.dependencies)}")
    for title, tables in (("project.optional-dependencies", project.extras), ("dependency-groups", project.groups)):
        lines += ["", f"[{title}]", *(f"{key} = {_array(values)}" for key, values in tables.items())] if tables else []
    return "\n".join(lines) + "\n"


def poetry_1(name: str) -> str:
    """What Poetry reads since 1.2; it calls includes something else, so they are written out."""
    project = PROJECTS[name]
    lines = ["[tool.poetry]", f'name = "the-{name}"', 'version = "0.1.0"', 'description = ""', "authors = []"]
    lines += ["package-mode = false", "", "[tool.poetry.dependencies]", 'python = "^3.11"']
    optional = [text for texts in project.extras.values() for text in texts]
    lines += _tables((*project.dependencies, *optional), optional)
    for group in project.groups:
        lines += ["", f"[tool.poetry.group.{group}.dependencies]", *_tables(included(project, group))]
    if project.extras:
        lines += ["", "[tool.poetry.extras]"]
        names = {extra: ", ".join(_quoted(name_of(text)) for text in texts) for extra, texts in project.extras.items()}
        lines += [f"{extra} = [{listed}]" for extra, listed in names.items()]
    return "\n".join(lines) + "\n"


def pipfile(name: str) -> str:
    """Pipenv knows two sets; extras are its packages too."""
    project = PROJECTS[name]
    optional = [text for texts in project.extras.values() for text in texts]
    development = [text for group in project.groups for text in included(project, group)]
    packages = _tables((*project.dependencies, *optional))
    return "\n".join(["[packages]", *packages, "", "[dev-packages]", *_tables(development)]) + "\n"


def included(project: Project, group: str) -> tuple[str, ...]:
    """The requirements of a group with those of the groups that it includes."""
    found: list[str] = []
    for text in project.groups[group]:
        found += included(project, text.removeprefix("include:")) if text.startswith("include:") else (text,)
    return tuple(found)


def _array(requirements: Iterable[str]) -> str:
    return "[" + ", ".join(_included(text) or _quoted(text) for text in requirements) + "]"


def _included(text: str) -> str:
    return f'{{include-group = "{text.removeprefix("include:")}"}}' if text.startswith("include:") else ""


def _tables(requirements: Iterable[str], optional: Iterable[str] = ()) -> list[str]:
    """TOML lines; a name with several markers becomes a list."""
    tables: dict[str, list[str]] = {}
    optional = frozenset(optional)
    for text in requirements:
        requirement = Requirement(text)
        fields = [f"version = {_quoted(str(requirement.specifier))}"]
        fields += [f"extras = [{', '.join(map(_quoted, sorted(requirement.extras)))}]"] if requirement.extras else []
        fields += [f"markers = {_quoted(str(requirement.marker))}"] if requirement.marker else []
        fields += ["optional = true"] if text in optional else []
        table = "{" + ", ".join(fields) + "}"
        if table not in tables.setdefault(requirement.name, []):
            tables[requirement.name].append(table)
    return [f'"{key}" = {_one_or_list(values)}' for key, values in tables.items()]


def _one_or_list(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'
