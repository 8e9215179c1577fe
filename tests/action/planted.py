"""A checkout whose files would like to be imported, sourced or run."""

#: Python that leaves a trace of having been run.
_TRAP = "import os, pathlib\npathlib.Path(os.environ['TRAP']).joinpath({name!r}).touch()\n"
#: Modules that the gate, pip, hatchling or python itself import.
_MODULES = (
    *("app", "checks", "yaml", "license_expression", "packaging", "json", "argparse", "subprocess", "hatchling", "pip"),
    *("encodings", "dataclasses", "re"),
)


def planted() -> dict[str, str]:
    files = {f"{name}/__init__.py": _TRAP.format(name=name) for name in ("app", "checks", "yaml", "pip", "hatchling")}
    files |= {f"{name}.py": _TRAP.format(name=f"{name}.py") for name in _MODULES if f"{name}/__init__.py" not in files}
    files |= {
        name: _TRAP.format(name=name) for name in ("sitecustomize.py", "usercustomize.py", "setup.py", "conftest.py")
    }
    files |= {
        "app/cli/main.py": _TRAP.format(name="app.cli.main"),
        "trap.pth": "import sitecustomize\n",
        "pyvenv.cfg": "home = .\ninclude-system-site-packages = true\n",
        "pip.conf": "[global]\nfind-links = ./wheels\n[install]\ntarget = ./here\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n',
        "requirements/core.txt": "./\n",
        "requirements/build.txt": "./\n",
        ".gitattributes": "* diff=trap filter=trap\n",
        ".env": "PYTHONPATH=.\n",
        "git": '#!/bin/sh\ntouch "$TRAP/git"\n',
        "python3": '#!/bin/sh\ntouch "$TRAP/python3"\n',
        "ospo-gate": '#!/bin/sh\ntouch "$TRAP/ospo-gate"\n',
    }
    return files
