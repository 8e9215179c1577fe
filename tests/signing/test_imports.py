"""Taking over signatures into the service's database: added once, and pull requests turn green by themselves."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.signing.stage import Signing, form


def imported(stage: Signing, *words: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("ospo-gate")), "agreements", "import", *words, "--into-service"]
    done = subprocess.run(command, env=stage.environment, capture_output=True, text=True, cwd=stage.folder, check=False)
    return done.returncode, done.stdout + done.stderr


def test_who_signed_elsewhere_need_not_sign_again(stage: Signing) -> None:
    author = stage.sim.create_user("earlier", email="earlier@example.com")
    pull = stage.pull(author)
    assert stage.conclusion(pull) == "action_required"
    signed = {
        "name": "earlier", "id": author.id, "comment_id": 5, "created_at": "2026-01-02T03:04:05Z", "repoId": 1,
        "pullRequestNo": 7,
    }  # fmt: skip
    nobody = {**signed, "name": "lost", "id": None, "comment_id": 6}
    file = stage.folder / "cla.json"
    file.write_text(json.dumps({"signedContributors": [signed, nobody]}))
    before = stage.stored()
    words = (str(file), "--document", "Example CLA", "--version", "2")
    code, said = imported(stage, *words)
    assert code == 1, "one row does not match"
    stage.becomes(pull, "success")
    added = stage.stored() - before
    assert f"The service's database: {added} record" in said
    assert "The service's database: 0 records added." in imported(stage, *words)[1]
    assert stage.stored() == before + added


COMPANIES = """\
Type,Company Name,GitHub Username,GitHub ID,Date Signed,CLA Managers,GitHub Username Approval List
CCLA,Imported Corp,,,2026-01-02,{manager},{listed}
ECLA,Imported Corp,{listed},,2026-01-03,,
"""


def test_a_company_of_a_table_covers_its_people_and_its_page_says_whence_it_came(stage: Signing) -> None:
    chief, listed = (stage.sim.create_user(name, email=f"{name}@imported.example") for name in ("chief", "listed"))
    pull = stage.pull(listed)
    assert stage.conclusion(pull) == "action_required"
    file = stage.folder / "companies.csv"
    of = {"manager": f"chief ({chief.id})", "listed": f"listed ({listed.id})"}
    text = COMPANIES.format(**of).replace(f"Corp,listed ({listed.id}),,", f"Corp,listed,{listed.id},")
    file.write_text(text)
    words = (str(file), "--document", "Example CLA", "--company-document", "Company CLA", "--version", "1")
    code, said = imported(stage, *words)
    assert (code, said.splitlines()) == (
        0,
        [
            f"{file}: 2 rows, 2 records, 1 company.",
            "The service's database: 2 records added.",
            "  Imported Corp: 2 entries added.",
        ],
    )
    stage.becomes(pull, "success")
    with stage.signed_in("chief") as browser:
        (path,) = re.findall(r"/agreements/companies/[0-9a-f-]{36}", browser.get("/agreements/companies").text)
        page = browser.get(path).text
        assert "imported Imported Corp, by ospo-gate agreements (import): from companies.csv" in page
        assert "account imported listed" in page
        sent = {**form(page, path), "act": "remove", "kind": "account", "value": str(listed.id)}
        assert browser.post(path, data=sent).status_code == 303
    stage.becomes(pull, "action_required")
    assert "  Imported Corp: 0 entries added." in imported(stage, *words)[1], "what was removed does not come back"
