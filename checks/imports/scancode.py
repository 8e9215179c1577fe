"""ScanCode: license policies (`license_policies:` in YAML)."""

from checks.imports.draft import Draft
from checks.imports.reading import objects_in, root_of, text_in
from checks.licenses.index import of_scancode_key
from checks.manifests.yamltext import load
from checks.model.phrase import say


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = root_of(load(text))
    draft.begin(("licenses", "allow"))
    for entry, line in objects_in(root, "license_policies"):
        key = text_in(entry, "license_key")
        label, alert = text_in(entry, "label"), text_in(entry, "compliance_alert").lower()
        setting = f"{key}: {alert or label}"
        id_ = of_scancode_key(key)
        if id_ is None:
            draft.left(line, setting, say("The index has no license of this key."))
        elif alert == "error" or (not alert and _says(label, "prohibited", "denied", "forbidden", "not approved")):
            draft.license(("licenses", "deny"), id_, line, setting, label)
        elif alert == "warning" or (not alert and _says(label, "review", "restricted", "conditional")):
            why = (
                "A level belongs to a rule here, not to a license: it is neither allowed nor denied, so it is "
                "license-not-allowed (block) until it gets an exception."
            )
            draft.left(line, setting, say(why))
        else:
            draft.license(("licenses", "allow"), id_, line, setting)
    why = "A license that the file does not name has no policy there; here it is license-not-allowed (block)."
    draft.taken(0, "licenses that are not named", "licenses.allow", say(why))


def _says(label: str, *words: str) -> bool:
    return any(word in label.lower() for word in words)
