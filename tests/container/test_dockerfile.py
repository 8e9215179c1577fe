"""The rules of the image that a linter would hold, and some that it does not know."""

import fnmatch
import re
from itertools import pairwise

from tests.container.dockerfile import ROOT, stages

BUILD, IMAGE = stages()


def test_both_stages_stand_on_the_same_pinned_base() -> None:
    assert re.fullmatch(r"python:3\.12-slim@sha256:[0-9a-f]{64}", BUILD.base)
    assert BUILD.base == IMAGE.base, "the virtual environment links to the python of its base"


def test_it_runs_as_nobody_in_particular() -> None:
    assert IMAGE.one("USER").text == "65532:65532", "a number: runAsNonRoot of Kubernetes cannot read names"
    order = [step.name for step in IMAGE.steps]
    assert "RUN" not in order[order.index("USER") :]
    assert "COPY" not in order[order.index("USER") :]


def test_no_shell_is_needed_to_run_it() -> None:
    assert IMAGE.one("ENTRYPOINT").json == ["ospo-gate"]
    assert IMAGE.one("CMD").json == ["serve"]
    health = IMAGE.one("HEALTHCHECK").text
    assert re.search(r"--interval=\d+s --timeout=\d+s --start-period=\d+s --retries=\d+", health)
    assert '"/opt/ospo-gate/bin/python", "-I"' in health
    assert IMAGE.one("VOLUME").json == ["/var/lib/ospo-gate"]


def test_any_user_id_may_write_the_data_folder() -> None:
    """OpenShift gives a container some user id, in group 0."""
    assert any("install -d -m 0770 -o 65532 -g 0 /var/lib/ospo-gate" in step.text for step in IMAGE.all("RUN"))


def test_settings_of_the_image() -> None:
    assert IMAGE.environment["OSPO_GATE_HOST"] == "0.0.0.0"
    assert IMAGE.environment["OSPO_GATE_DATABASE"].startswith("sqlite+aiosqlite:////var/lib/ospo-gate/")
    assert IMAGE.environment["PATH"].split(":")[0] == "/opt/ospo-gate/bin"
    assert {"PYTHONDONTWRITEBYTECODE", "PYTHONSAFEPATH"} <= set(IMAGE.environment)
    assert IMAGE.environment["OSPO_GATE_INTERNAL_HOST"] == "0.0.0.0"
    assert IMAGE.environment["OSPO_GATE_PORT"] == "8080"
    assert IMAGE.one("EXPOSE").text == "8080 8081"
    assert IMAGE.one("LABEL").pairs["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_no_secret_and_no_address_is_part_of_it() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"(?i)^\s*ARG|(secret|token|password|private_key)\w*=", text, re.MULTILINE)
    assert not re.search(r"index-url|find-links=?\s*http|trusted-host|curl |wget |\bADD\b", text)


def test_downloads_have_hashes_and_the_program_has_none() -> None:
    for step in BUILD.all("RUN"):
        if " install " in step.text or " wheel " in step.text:
            assert ("--require-hashes" in step.text) != ("--no-index --no-deps" in step.text), step.text
            assert ("--only-binary :all:" in step.text) == ("--require-hashes" in step.text), step.text


def test_the_operating_system_gets_git_and_nothing_else() -> None:
    (install,) = (step.text for step in IMAGE.all("RUN") if "apt-get" in step.text)
    assert "install --yes --no-install-recommends git &&" in install
    assert install.endswith("rm -rf /var/lib/apt/lists/*")
    for before, after in pairwise(install.split(" && ")[:2]):
        assert (before, after.split()[:2]) == ("apt-get update", ["apt-get", "install"])


def test_the_image_has_only_what_the_ignore_file_lets_through() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*", "deny by default"
    allowed = [line[1:] for line in lines if line.startswith("!")]
    copied = [name for step in BUILD.all("COPY") for name in step.text.split()[:-1]]
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name, pattern) for pattern in allowed), name
    assert {"**/__pycache__", "**/*.pyc"} <= set(lines)
    assert not {".git", ".venv", "tests"} & set(allowed)
