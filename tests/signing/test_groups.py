"""Teams that are exempt and organizations that a company speaks for: asked of GitHub for whom no signature covers."""

from pathlib import Path

from tests.signing.stage import FILES, POLICY, Signing, form, sign
from tests.signing.test_pages import act, company

TEAMS = POLICY + '  exempt: {teams: ["@example/employees"]}\n'


def test_members_of_a_team_need_not_sign_and_nobody_else_is_asked_about(tmp_path: Path) -> None:
    with Signing(tmp_path, {**FILES, "policy.yaml": TEAMS}) as stage:
        employee, guest = (stage.sim.create_user(login, email=f"{login}@example.com") for login in ("emma", "gus"))
        stage.org.add_member(employee)
        stage.org.create_team("employees", [employee])
        inside, outside = stage.pull(employee), stage.pull(guest)
        assert stage.conclusion(inside) == "success"
        assert stage.conclusion(outside) == "action_required"
        with stage.signed_in("gus") as client:
            sign(client)
        stage.becomes(outside, "success")
        stage.sim.reset_counts()
        third = stage.pull(guest)
        assert stage.conclusion(third) == "success"
        asked = [r.path for r in stage.sim.requests if "/memberships/" in r.path]
        assert asked == [], "who has signed is not asked about"


def test_a_company_speaks_for_the_members_of_its_organization(stage: Signing) -> None:
    worker = stage.sim.create_user("member-of-acme", email="m@acme.example")
    stage.sim.create_org("acme").add_member(worker)
    stage.org.add_member(worker)
    pull = stage.pull(worker)
    assert stage.conclusion(pull) == "action_required"
    with stage.signed_in("lin") as manager, stage.signed_in("grace") as office, stage.signed_in(worker.login) as client:
        path = company(stage, manager, organizations="example", company="Example Inc").headers["location"]
        act(office, path, "approve")
        page = client.get("/agreements", params={"company": "Example"}).text
        acknowledging = f"{path}/acknowledge"
        assert client.post(acknowledging, data=form(page, acknowledging)).status_code == 303
        stage.becomes(pull, "success")
        left = {"left": worker.login, "reason": "end of employment"}
        assert act(manager, path, "left", **left).status_code == 303
        stage.becomes(pull, "action_required")
