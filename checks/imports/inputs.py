"""The inputs of dependency-review-action as a policy: those of a step beat those of its configuration file."""

from collections.abc import Mapping

from checks.imports.dependency_review import NAMES, of_inputs, read
from checks.imports.draft import Draft, Terms
from checks.imports.kinds import Imported, Kind, imported
from checks.imports.reading import root_of
from checks.manifests.jsontext import Object, line_of
from checks.manifests.yamltext import load

_KIND = Kind("dependency-review", "dependency-review-action", "dependency_review:read_file")


def import_inputs(inputs: Mapping[str, str], configuration: str, file: str, terms: Terms) -> Imported:
    """The policy of the inputs and of the text of their configuration file, if there is one, called `file`.

    Raises UsageError as `import_policy`.
    """

    def merged(text: str, draft: Draft) -> None:
        keys, given = Object(), root_of(load(text))
        for name, value in given.items():
            known = name.replace("_", "-") if name.replace("_", "-") in NAMES else name
            keys[known], keys.lines[known] = value, line_of(given, name)
        for name, value in of_inputs(inputs).items():
            if name != "config-file":
                keys[name], keys.lines[name] = value, (0, 0)
        read(keys, draft)

    return imported(_KIND, configuration, file or "inputs", terms, merged)
