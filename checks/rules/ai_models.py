"""The check `ai_models`: models and data sets that a change refers to or brings, and what they are under.

Weights and data have lists of their own; the code of a model is a package, and the check `licenses` judges it.
"""

from collections.abc import Iterable

from checks.ai_models.terms import AiModelsSection
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level
from checks.model.snapshot import Listing, Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule

RULES = (
    Rule(
        "model-license-not-allowed",
        Level.BLOCK,
        "A model is under a license that the policy does not allow for weights.",
        "Use a model whose license is allowed, or ask the owner of the policy for a waiver.",
    ),
    Rule(
        "dataset-license-not-allowed",
        Level.BLOCK,
        "A data set is under a license that the policy does not allow for data.",
        "Use a data set whose license is allowed, or ask the owner of the policy for a waiver.",
    ),
    Rule(
        "model-license-unknown",
        Level.WARN,
        "Nobody says under which license a model or data set is, or what is said is not understood.",
        "Name it in the model card where the weights are in the repository; otherwise connect a source that knows the "
        "hub, or the owner of the policy names it under `ai_models.clarify`.",
        could_not_tell=True,
    ),
    Rule(
        "model-license-restricted",
        Level.NOTE,
        "A model or data set is allowed, and its license asks more than attribution: restrictions of use, thresholds.",
        "Look whether what is listed can be kept where the model is used; the text of the license is what counts.",
    ),
    Rule(
        "model-unpinned",
        Level.NOTE,
        "A model or data set is taken without a commit or digest, so that what is loaded can change.",
        "Name the commit: `revision=` in code, `--revision` on the command line, `@sha256:` for a digest.",
    ),
    Rule(
        "model-file-added",
        Level.NOTE,
        "A file of weights comes into the repository, and no model card beside it says what it is under.",
        "Add a README.md beside it that begins with YAML: `license:`, and for a model of others `base_model:`.",
    ),
    Rule(
        "model-lines-unknown",
        Level.NOTE,
        "Added lines could not be looked at, or a call names its model by a variable.",
        "Nothing to do, or write the name out. GitHub leaves out large patches; the command line reads them.",
        could_not_tell=True,
    ),
)


# What judges is imported where something is to judge: the command starts without it.


def texts(listing: Listing, section: AiModelsSection) -> Iterable[str]:
    """Model cards and data set cards."""
    from checks.ai_models.gathered import texts_of

    return texts_of(listing, section)


def added(listing: Listing, section: AiModelsSection) -> Iterable[str]:
    """Files that can name models: code, notebooks, configuration, scripts, cards."""
    from checks.ai_models.gathered import lines_of

    return lines_of(listing, section)


def asks(snapshot: Snapshot, section: AiModelsSection) -> Iterable[tuple[PackageKey, Want]]:
    """The licenses of what is named."""
    from checks.ai_models.gathered import asked

    return asked(snapshot, section)


def judge_pull(snapshot: Snapshot, facts: Facts, section: AiModelsSection, _context: Context) -> PullJudgment:
    """Each model and data set is one finding a rule, with all its places."""
    from checks.ai_models.gathered import gathered
    from checks.ai_models.judgment import said

    found = gathered(snapshot, section)
    return PullJudgment(len(found.named) + len(found.weights), tuple(said(found, facts, section)))


CHECK = Check(
    id="ai_models",
    title="AI models",
    prefix="aim",
    noun="model",
    rules=RULES,
    section=AiModelsSection,
    judge_pull=judge_pull,
    asks=asks,
    texts=texts,
    added=added,
)
