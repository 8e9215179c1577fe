"""From a check run to the page of its verdict, with the service as it runs."""

from pathlib import Path

import httpx

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED
from tests.end_to_end.stage import CONNECTIONS, PATIENCE, Stage


def test_a_check_run_leads_to_a_page_for_those_who_may_see_it(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        stage.stop_service()
        url = f"http://127.0.0.1:{stage.port}"
        stage.app.callback_urls = [f"{url}/signin/callback"]
        stage.settings.update(
            OSPO_GATE_PUBLIC_URL=url,
            OSPO_GATE_CLIENT_ID=stage.app.client_id,
            OSPO_GATE_CLIENT_SECRET=stage.app.client_secret,
        )
        stage.start_service()
        stage.sim.create_user("eve")
        vault = stage.sim.create_repository("example", "vault", private=True, files={"policy.yaml": POLICY, **CLEAN})
        vault.commit("topic", COPYLEFT, f"Change\n\n{SIGNED}", stage.ada)
        pull = vault.open_pull(head="topic", base="main", author=stage.ada)
        page = stage.verdict(vault, pull.head_sha)["details_url"]
        assert page == f"{url}/r/example/vault/pull/1/{pull.head_sha}"
        seen = {}
        for login in ("ada", "eve"):
            with httpx.Client(headers={"Accept": "text/html"}, **CONNECTIONS) as client:
                assert client.get(page).status_code == 404
                there = client.get(f"{url}/signin").headers["location"]
                client.get(httpx.post(there, data={"login": login}, timeout=PATIENCE).headers["location"])
                seen[login] = client.get(page)
        assert seen["ada"].status_code == 200
        assert "This cannot merge yet: 1 to fix." in seen["ada"].text
        assert seen["eve"].status_code == 404
        log = stage.log.read_text()
        assert "signed-in" in log
        for secret in (stage.app.client_secret, *stage.sim.world.user_tokens):
            assert secret not in log
