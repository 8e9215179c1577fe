"""The texts that a policy names: those of its agreements, which people sign word for word."""

from collections.abc import Iterator
from hashlib import sha256

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.phrase import visible
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


def text_faults(tree: Entries, files: PolicyFiles) -> Iterator[PolicyIssue]:
    """What is wrong with the texts that were read: nobody can sign one that is not there, or is not what was pinned."""
    for document in _documents(tree):
        text, pinned = document.get("text"), document.get("sha256")
        ref = PolicyRef(beside_main(files.path, text.text)) if isinstance(text, Scalar) else None
        if not isinstance(text, Scalar) or ref is None or ref not in files.others:
            continue
        data = files.others[ref]
        if data is None or not data.strip():
            message = f"{visible(ref.path)} " + ("is empty" if data is not None else "is not there, or may not be read")
            hint = "the text is beside the policy, or in a folder there; people sign it word for word"
            yield PolicyIssue(text.line, text.column, "agreements.documents.text", message, hint, text.file)
        elif isinstance(pinned, Scalar) and pinned.text.lower() != (digest := sha256(data).hexdigest()):
            message = f"the text in {visible(ref.path)} has another SHA-256: {digest}"
            hint = "if it was meant to change, give it another 'version', and this digest; else restore the text"
            key = "agreements.documents.sha256"
            yield PolicyIssue(pinned.line, pinned.column, key, message, hint, pinned.file)


def _texts(data: bytes) -> Iterator[str]:
    from checks.policy.yaml_events import parse

    try:
        tree = parse(data.decode("utf-8-sig"), "")
    except (PolicyError, UnicodeDecodeError):
        return
    for document in _documents(tree):
        text = document.get("text")
        if isinstance(text, Scalar) and _inside(text.text):
            yield text.text


def _documents(tree: Node) -> Iterator[Entries]:
    """The agreements of a policy and of its overrides."""
    yield from _in(tree)
    overrides = tree.get("overrides") if isinstance(tree, Entries) else None
    for override in overrides.items if isinstance(overrides, Items) else ():
        yield from _in(override)


def _in(node: Node) -> Iterator[Entries]:
    section = node.get("agreements") if isinstance(node, Entries) else None
    if not isinstance(section, Entries):
        return
    for name in ("documents", "documents_also"):
        documents = section.get(name)
        for document in documents.items if isinstance(documents, Items) else ():
            if isinstance(document, Entries):
                yield document


def _inside(path: str) -> bool:
    """Whether it stays below the folder of the policy, as the section demands."""
    return 0 < len(path) <= 500 and not any(part in ("", ".", "..") for part in path.split("/"))
