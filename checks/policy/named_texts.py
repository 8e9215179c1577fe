"""The texts that a policy names: those of its agreements, which people sign word for word."""

from collections.abc import Iterator

from checks.model.errors import PolicyError
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.files import PolicyFiles, PolicyRef, beside_main

#: Texts of one policy; nobody has more agreements.
MAX_TEXTS = 100


def texts_wanted(files: PolicyFiles) -> tuple[PolicyRef, ...]:
    """The texts that `files` name and nobody has read yet; () where what is there is not valid. They are beside the
    main file, whichever file of the policy names them."""
    policies = (data for ref, data in files.others.items() if ref.path.endswith((".yaml", ".yml")))
    named = [data for data in (files.main, *policies) if data and b"agreements" in data]
    paths: dict[str, None] = {}
    for data in named:
        paths.update(dict.fromkeys(_texts(data)))
    refs = (PolicyRef(beside_main(files.path, path)) for path in list(paths)[:MAX_TEXTS])
    return tuple(ref for ref in refs if ref not in files.others)


def _texts(data: bytes) -> Iterator[str]:
    from checks.policy.yaml_events import parse

    try:
        tree = parse(data.decode("utf-8-sig"), "")
    except (PolicyError, UnicodeDecodeError):
        return
    yield from _in(tree)
    overrides = tree.get("overrides") if isinstance(tree, Entries) else None
    for override in overrides.items if isinstance(overrides, Items) else ():
        yield from _in(override)


def _in(node: Node) -> Iterator[str]:
    section = node.get("agreements") if isinstance(node, Entries) else None
    if not isinstance(section, Entries):
        return
    for name in ("documents", "documents_also"):
        documents = section.get(name)
        for document in documents.items if isinstance(documents, Items) else ():
            text = document.get("text") if isinstance(document, Entries) else None
            if isinstance(text, Scalar) and _inside(text.text):
                yield text.text


def _inside(path: str) -> bool:
    """Whether it stays below the folder of the policy, as the section demands."""
    return 0 < len(path) <= 500 and not any(part in ("", ".", "..") for part in path.split("/"))
