"""Trivy: `.trivyignore` and `.trivyignore.yaml`."""

import re
from collections.abc import Iterator

from checks.imports.draft import Draft
from checks.imports.reading import fault, objects_in, root_of, text_in, texts_in
from checks.manifests.jsontext import Object
from checks.manifests.yamltext import load
from checks.model.phrase import say
from checks.model.purl import package, parse

#: The databases whose ids name vulnerabilities; everything else is a misconfiguration or a secret.
_ADVISORY = re.compile(r"(CVE|GHSA|RUSTSEC|GO|PYSEC|DSA|DLA|USN|RHSA|ELSA|ALAS\w*|TEMP|OSV|MAL)-", re.IGNORECASE)
_NO_VULNERABILITY = "It is no vulnerability of a package; the gate looks at nothing else that Trivy finds."


def read_file(text: str, draft: Draft) -> None:
    """`.trivyignore`: one id a line, perhaps `exp:2027-01-31`, comments above or behind. Raises UnreadableManifest."""
    for line, row, comment in _rows(text):
        id_, *more = row.split()
        expires = None
        for word in more:
            if not word.startswith("exp:"):
                raise fault(f"after the id only exp:YYYY-MM-DD may follow, not '{word[:40]}'", line)
            expires = word.removeprefix("exp:")
        if _ADVISORY.match(id_):
            draft.accept(id_, line, id_, comment, expires)
        else:
            draft.left(line, id_, say(_NO_VULNERABILITY))


def _rows(text: str) -> Iterator[tuple[int, str, str]]:
    """Each line with its number and the comment that stands above it or behind it."""
    above: list[str] = []
    for number, whole in enumerate(text.splitlines(), 1):
        row, _, behind = whole.partition("#")
        if row.strip():
            yield number, row.strip(), " ".join([*above, behind.strip()]).strip()
            above = []
        elif behind.strip():
            above.append(behind.strip())
        else:
            above = []


def read_yaml(text: str, draft: Draft) -> None:
    """`.trivyignore.yaml`. Raises UnreadableManifest."""
    root = root_of(load(text))
    for entry, line in objects_in(root, "vulnerabilities"):
        _vulnerability(entry, line, draft)
    for kind in ("misconfigurations", "secrets"):
        for entry, line in objects_in(root, kind):
            draft.left(line, f"{kind}: {text_in(entry, 'id')}", say(_NO_VULNERABILITY))
    for entry, line in objects_in(root, "licenses"):
        why = "It ignores a license wherever it is found. Allow it, or make an exception of a package."
        draft.left(line, f"licenses: {text_in(entry, 'id')}", say(why))


def _vulnerability(entry: Object, line: int, draft: Draft) -> None:
    id_ = text_in(entry, "id")
    setting = f"vulnerabilities: {id_}"
    expires, reason = text_in(entry, "expired_at")[:10] or None, text_in(entry, "statement")
    paths, purls = texts_in(entry, "paths"), texts_in(entry, "purls")
    if paths:
        why = "It holds for some files alone. Here it would hold for every manifest of a package, so name the package."
        draft.left(line, f"{setting} paths", say(why))
        return
    for text, at in purls:
        try:
            type_, namespace, name, version = parse(text)
        except ValueError as error:
            raise fault(str(error), at) from None
        found = draft.package(package(type_, name, namespace), version or "", at, setting)
        if found is not None:
            draft.accept(id_, at, f"{setting} in {text}", reason, expires, found)
    if not purls:
        draft.accept(id_, line, setting, reason, expires)
