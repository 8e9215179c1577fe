"""A pull request that adds a call of `from_pretrained`, as people see it on GitHub."""

from tests.end_to_end.examples import CLEAN, pull, repository
from tests.end_to_end.stage import Stage

POLICY = """\
version: 1
ai_models:
  clarify: [{model: pkg:huggingface/acme/talk, license: LicenseRef-scancode-llama-3.1-license-2024}]
"""
CODE = 'import x\n\nmodel = AutoModel.from_pretrained("acme/talk", revision="0123456789abcdef")\n'


def test_a_model_in_a_pull_request(stage: Stage) -> None:
    repo = repository(stage, {"policy.yaml": POLICY, "train.py": "import x\n", **CLEAN})
    change = pull(stage, repo, {"train.py": CODE})
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    run = stage.until(lambda: stage.runs(repo, change.head_sha).get("ospo-gate / AI models"), "the check's own run")
    (annotation,) = run["output"]["annotations"]
    assert (annotation["path"], annotation["start_line"], annotation["annotation_level"]) == ("train.py", 3, "failure")
    assert "acme/talk" in annotation["message"]
    comment = stage.comment(change)
    assert "acme/talk" in comment
    assert "LicenseRef-scancode-llama-3.1-license-2024" in comment
    assert "700 million" in run["output"]["text"]


def test_a_patch_that_github_leaves_out_is_told(stage: Stage) -> None:
    repo = repository(stage, {"policy.yaml": POLICY, **CLEAN})
    large = "".join(f"x{number} = {'1' * 200}\n" for number in range(20_000))
    change = pull(stage, repo, {"large.py": large})
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "success"
    assert "large.py" in str(stage.runs(repo, change.head_sha))
