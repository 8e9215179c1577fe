"""The check through the gate: what a change says about models and data sets, and what is said about that."""

import json
from collections.abc import Mapping

import pytest

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.engine.plan import Plan
from checks.model.errors import PolicyError
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Finding, Level
from checks.model.packages import Gap, Known, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from checks.model.snapshot import AddedLine
from tests.engine.trees import NOW, Tree, TreeSource

COMMIT = "86b5e0934494bd15c9632b12f734a8a67f723594"
POLICY = "version: 1\nai_models: {}\n"
RESTRICTED = "version: 1\nai_models: {weights: {allow: [permissive, ai-use-restricted]}}\n"
LOADS = f'model = AutoModel.from_pretrained("acme/m", revision="{COMMIT}")\n'


def hub(**licenses: str) -> Mapping[PackageKey, VersionFacts]:
    """What the hub says of `acme/<name>` at that commit; of data sets where the name begins with `data_`."""
    return {
        (f"pkg:huggingface/{'datasets/' if name.startswith('data_') else ''}acme/{name}", COMMIT): VersionFacts(
            license=Known(text, "hub")
        )
        for name, text in licenses.items()
    }


def report(
    base: Tree | None, head: Tree, policy: str = POLICY, known: Mapping[PackageKey, VersionFacts] | None = None
) -> Report:
    place = PolicyPlace(given=load_policy(policy.encode(), "policy.yaml"))
    gate = Gate(place, FactChain(Facts(versions=known or {}), ()), clock=lambda: NOW)
    return drive(gate.judge(TreeSource(base, head))).report


def judge(
    head: Tree,
    policy: str = POLICY,
    known: Mapping[PackageKey, VersionFacts] | None = None,
    base: Tree | None = None,
) -> tuple[Finding, ...]:
    found = report({"a.py": "\n"} if base is None else base, {"a.py": "\n"} | dict(head), policy, known).findings
    return tuple(finding for finding in found if finding.check == "ai_models")


def said(found: tuple[Finding, ...]) -> list[str]:
    return [f"{finding.rule}: {plain(finding.message)}" for finding in found]


def rows(finding: Finding) -> list[str]:
    return [f"{row.what}: {plain(row.actual)}" for row in finding.evidence]


def test_a_permissive_model_at_a_commit_is_nothing_to_speak_of() -> None:
    assert judge({"train.py": LOADS}, known=hub(m="apache-2.0")) == ()


def test_a_license_that_the_policy_does_not_allow() -> None:
    (finding,) = judge({"train.py": "import x\n" + LOADS}, known=hub(m="llama3.1"))
    assert said((finding,)) == [
        "model-license-not-allowed: The model acme/m is LicenseRef-scancode-llama-3.1-license-2024, and "
        "ai_models.weights.allow has neither it nor proprietary nor ai-use-restricted."
    ]
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("train.py", 2)
    assert (finding.level, finding.blocks, finding.subject.purl) == (Level.BLOCK, True, "pkg:huggingface/acme/m")
    assert rows(finding)[:3] == [
        "declared: llama3.1",
        "judged as: LicenseRef-scancode-llama-3.1-license-2024",
        "category: proprietary, ai-use-restricted",
    ]
    assert "asks: get another license above 700 million monthly active users at its release date" in rows(finding)


def test_what_an_allowed_license_asks_is_told() -> None:
    (finding,) = judge({"train.py": LOADS}, RESTRICTED, hub(m="gemma"))
    assert said((finding,)) == [
        "model-license-restricted: The model acme/m is LicenseRef-scancode-gemma-tou-2024-04-01, which "
        "ai_models.weights.allow allows; that license asks: keep to the prohibited use policy, and pass its "
        "restrictions on; hand on the terms and a notice, and state changes; Google may restrict use that it takes for "
        "a violation."
    ]
    assert not finding.blocks
    assert finding.level is Level.NOTE


def test_non_commercial_is_denied_whatever_else_it_is() -> None:
    (finding,) = judge({"train.py": LOADS}, RESTRICTED, hub(m="qwen-research"))
    assert said((finding,)) == [
        "model-license-not-allowed: The model acme/m is LicenseRef-huggingface-qwen-research, and "
        "ai_models.weights.deny has non-commercial, which it belongs to."
    ]
    policy = "version: 1\nai_models: {weights: {allow: [ai-use-restricted], deny: []}}\n"
    (finding,) = judge({"train.py": LOADS}, policy, hub(m="qwen-research"))
    assert (finding.rule, rows(finding)[-1]) == ("model-license-restricted", "asks: no commercial use")


def test_data_sets_have_lists_of_their_own() -> None:
    head = {"train.py": f'd = load_dataset("acme/data_d", revision="{COMMIT}")\n'}
    policy = "version: 1\nai_models: {data: {allow: [CC-BY-SA-4.0]}}\n"
    (finding,) = judge(head, RESTRICTED, hub(data_d="cc-by-sa-4.0"))
    assert said((finding,)) == [
        "dataset-license-not-allowed: The data set acme/data_d is CC-BY-SA-4.0, and ai_models.data.allow has neither "
        "it nor weak-copyleft."
    ]
    (finding,) = judge(head, policy, hub(data_d="cc-by-sa-4.0"))
    assert said((finding,))[0].endswith("that license asks: share what is derived under the same license.")


def test_of_a_choice_only_what_is_taken_asks() -> None:
    assert judge({"train.py": LOADS}, RESTRICTED, hub(m="mit OR gemma")) == ()
    (finding,) = judge({"train.py": LOADS}, RESTRICTED, hub(m="Apache 2.0 AND gemma"))
    assert finding.rule == "model-license-restricted"


@pytest.mark.parametrize(
    ("license_", "words"),
    [
        ("other", "declares OTHER, which says only that it is none of the known licenses"),
        ("acme-license", "declares acme-license, which is no known license id"),
        ("bsd", "declares bsd, which may mean"),
        ("x" * 5_000, "which is not a license expression"),
    ],
)
def test_a_license_that_nobody_understands(license_: str, words: str) -> None:
    (finding,) = judge({"train.py": LOADS}, known=hub(m=license_))
    assert finding.rule == "model-license-unknown"
    assert words in plain(finding.message)
    assert finding.warns
    assert finding.could_not_tell


def test_a_model_of_which_nobody_says_anything() -> None:
    (finding,) = judge({"train.py": LOADS})
    assert said((finding,)) == ["model-license-unknown: No license is known for the model acme/m: no source names one."]
    assert finding.fix is not None
    assert plain(finding.fix.summary).endswith("add an entry for pkg:huggingface/acme/m to ai_models.clarify")
    gap: dict[PackageKey, VersionFacts] = {
        ("pkg:huggingface/acme/m", COMMIT): VersionFacts(gaps=(Gap("hub", "timed out"),))
    }
    (finding,) = judge({"train.py": LOADS}, known=gap)
    assert said((finding,))[0].endswith("for the model acme/m: hub could not answer.")


def test_a_clarification_counts_instead_of_what_is_declared() -> None:
    policy = POLICY.replace("{}", "{clarify: [{model: pkg:huggingface/acme/*, license: MIT, reason: read it}]}")
    assert judge({"train.py": LOADS}, policy) == ()
    assert judge({"train.py": LOADS}, policy, hub(m="llama3")) == ()
    with pytest.raises(PolicyError, match="must name a model"):
        judge({}, POLICY.replace("{}", '{clarify: [{model: "pkg:huggingface/*", license: MIT}]}'))


def test_one_finding_for_a_model_with_all_its_places() -> None:
    text = 'a = AutoModel.from_pretrained("acme/m")\nb = AutoTokenizer.from_pretrained("acme/m", revision="main")\n'
    license_, unpinned = judge({"train.py": text, "z.yaml": "model_id: acme/m\n"})
    assert (license_.rule, unpinned.rule) == ("model-license-unknown", "model-unpinned")
    for finding in (license_, unpinned):
        places = [(place.path, place.line) for place in (finding.location, *finding.related) if place]
        assert places == [("train.py", 1), ("train.py", 2), ("z.yaml", 1)]


def test_a_model_without_a_commit_can_change() -> None:
    known: dict[PackageKey, VersionFacts] = {
        ("pkg:huggingface/acme/m", "main"): VersionFacts(license=Known("mit", "hub"))
    }
    assert said(judge({"train.py": 'AutoModel.from_pretrained("acme/m")\n'}, known=known)) == [
        "model-unpinned: The model acme/m is taken without a commit: what is loaded can change, and its license with "
        "it; name one."
    ]
    unknown, unpinned = judge({"run.sh": "ollama pull llama3.1:8b\n"})
    assert "without a digest" in plain(unpinned.message)
    assert unknown.subject.purl == "pkg:generic/ollama/llama3.1"


def test_weights_in_the_tree_and_their_cards() -> None:
    (finding,) = judge({"w/m-1.safetensors": "x", "w/m-2.safetensors": "x"})
    assert said((finding,)) == [
        "model-file-added: w/m-1.safetensors and 1 more: weights of a model, and no card beside them says what they "
        "are under."
    ]
    card = "---\nlicense: {}\n---\n# A model\n"
    assert judge({"w/onnx/m.onnx": "x", "w/README.md": card.format("mit")}) == ()
    (finding,) = judge({"w/m.gguf": "x", "w/README.md": card.format("cc-by-nc-4.0")})
    assert said((finding,))[0].startswith("model-license-not-allowed: w/m.gguf is CC-BY-NC-4.0, and ai_models.weights")
    (finding,) = judge({"w/m.gguf": "x", "w/README.md": "---\ntags: [x]\n---\n"})
    assert said((finding,)) == ["model-license-unknown: No license is known for w/m.gguf: w/README.md names none."]
    assert judge({}, base={"a.py": "\n", "w/m.gguf": "x"}) == ()
    assert report(None, {"w/m.onnx": "x", "README.md": card.format("mit")}, POLICY).findings == ()


def test_what_a_card_builds_on_is_judged_and_is_no_loading() -> None:
    card = "---\nlicense: mit\nbase_model: acme/m\ndatasets:\n- acme/data_d\n---\nbase_model: acme/prose\n"
    found = judge({"README.md": card})
    assert [(f.rule, f.subject.name, f.location.line if f.location else 0) for f in found] == [
        ("model-license-unknown", "acme/m", 3),
        ("model-license-unknown", "acme/data_d", 5),
    ]
    before = {"a.py": "\n", "README.md": card}
    assert judge({"README.md": card + "more\n"}, base=before) == ()


BOMB = "---\nlicense: &a [x]\nb: [*a, *a]\n---\n"


@pytest.mark.parametrize("card", [BOMB, "---\n" + "[" * 5_000 + "\n---\n", "---\na: b: c\n---\n", "---\n!!x y\n---\n"])
def test_a_card_that_cannot_be_read_safely(card: str) -> None:
    license_, note = judge({"w/m.gguf": "x", "w/README.md": card})
    assert said((license_, note)) == [
        "model-license-unknown: No license is known for w/m.gguf: the metadata of w/README.md cannot be read.",
        "model-lines-unknown: Not checked for models and data sets: the metadata of w/README.md cannot be read.",
    ]


@pytest.mark.parametrize("readme", ["# Hello", "---\n", "---\nno end", "---\n---\n", "", "---\n- x\n---\n", "--- x"])
def test_a_readme_is_no_card(readme: str) -> None:
    assert judge({"README.md": readme}) == ()


def test_lines_that_a_source_cannot_tell() -> None:
    class Silent(TreeSource):
        async def added(self, paths):  # type: ignore[no-untyped-def]
            found: Mapping[str, tuple[AddedLine, ...] | None] = dict.fromkeys(paths)
            return found

    gate = Gate(PolicyPlace(given=load_policy(POLICY.encode(), "policy.yaml")), FactChain(Facts(), ()), lambda: NOW)
    found = drive(gate.judge(Silent({}, {"train.py": LOADS, "b.yaml": "x: 1\n"}))).report
    assert said(found.findings) == [
        "model-lines-unknown: Not checked for models and data sets: the added lines of b.yaml, train.py are not known."
    ]
    assert found.conclusion is Conclusion.PASSED
    assert found.findings[0].could_not_tell


def test_a_variable_is_one_note() -> None:
    text = "a = AutoModel.from_pretrained(name)\nb = AutoModel.from_pretrained(other)\n"
    assert said(judge({"train.py": text})) == [
        "model-lines-unknown: Not checked for models and data sets: calls name their model by a variable (train.py:1, "
        "train.py:2)."
    ]


def test_only_added_lines_speak_and_without_a_base_all_of_them() -> None:
    before = {"a.py": "\n", "train.py": LOADS}
    assert judge({"train.py": LOADS + "x = 1\n"}, base=before) == ()
    assert [finding.rule for finding in report(None, before, POLICY).findings] == ["model-license-unknown"]


def test_files_that_the_policy_ignores() -> None:
    policy = 'version: 1\nai_models: {ignore: ["tests/*"]}\n'
    head = {"tests/test_a.py": LOADS, "tests/m.gguf": "x", "tests/README.md": "---\nbase_model: acme/m\n---\n"}
    assert judge(head, policy) == ()


def test_a_waiver_for_a_model() -> None:
    waiver = (
        "waivers: [{id: W-1, rules: [model-license-not-allowed], package: pkg:huggingface/acme/m, reason: agreed, "
        'approved_by: "@grace", expires: 2027-03-31}]\n'
    )
    (finding,) = judge({"train.py": LOADS}, POLICY + waiver, hub(m="llama3.1"))
    assert finding.waiver is not None
    assert not finding.blocks


def test_only_what_is_named_and_not_clarified_is_asked_for() -> None:
    policy = load_policy(
        b"version: 1\nai_models: {clarify: [{model: pkg:huggingface/acme/known, license: MIT}]}\n", "policy.yaml"
    )
    text = LOADS + 'AutoModel.from_pretrained("acme/known")\nload_dataset("acme/d")\ntorch.hub.load("acme/own", "m")\n'
    gate = Gate(PolicyPlace(given=policy), FactChain(Facts(), ()), lambda: NOW)
    plan: Plan = drive(gate.judge(TreeSource({}, {"train.py": text}))).plan
    assert plan.questions(policy) == {
        ("pkg:huggingface/acme/m", COMMIT): Want.LICENSE,
        ("pkg:huggingface/datasets/acme/d", "main"): Want.LICENSE,
    }


@pytest.mark.parametrize("name", ["@everyone", "<img src=x>", "](https://evil.example)", "\u202e", "x" * 3_000])
def test_foreign_names_stay_foreign(name: str) -> None:
    card = "---\n" + json.dumps({"license": name}) + "\n---\n"
    for finding in judge({f"{name[:50]}/m.gguf": "x", f"{name[:50]}/README.md": card}):
        assert name not in "".join(part for part in finding.message if type(part) is str)
        assert len(plain(finding.headline)) <= 80
