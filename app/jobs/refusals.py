"""What is said where nothing could be judged: whose move it is, and what it takes."""

from app.github.client import GitHubError
from app.github.publication import Publication, refusal
from app.subject import Claim
from checks.model.errors import PolicyError, SourceError
from checks.model.phrase import plain, say
from checks.render.markdown import code


def by_policy(claim: Claim, error: PolicyError) -> Publication:
    """The policy is not valid: its owner has to act."""
    lines = "\n".join(f"- {code(issue.at(error.file), 1000)}" for issue in error.issues[:20])
    summary = f"The policy is not valid, so nothing was judged. The owner of the policy has to correct it:\n\n{lines}"
    return refusal(claim, "could not judge: the policy is not valid", summary, "policy")


def by_source(claim: Claim, error: GitHubError | SourceError) -> Publication:
    """The change could not be read, and trying again did not help."""
    what, hint = plain(say("{}", str(error))), error.hint or "Press “Re-run” to try again."
    summary = f"Nothing was judged: {code(what, 1000)}\n\n{hint}"
    return refusal(claim, "could not judge: the change could not be read", summary, "source")
