"""Reading 800 default branches for the first time: requests, by kind, and seconds.

A tenth has no manifest, one is a monorepo with 300, a third shares its lock file with others; then one night in which a
twentieth was pushed to. Run: python -m tests.benchmarks.bench_backfill [REPOSITORIES]
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from app.jobs import backfill
from app.service_settings import ServiceSettings
from app.settings import fact_settings
from app.subject import Delivery, Regained, Told
from app.wiring import Service
from tests.end_to_end.examples import npm
from tests.jobs.office import Clock
from tests.simulator import Repository, Simulator

REPOSITORIES, MANIFESTS = 800, 300
LIMIT = 5_000


def files(number: int) -> dict[str, str]:
    if number % 10 == 0:
        return {"README.md": f"{number}\n"}
    shared = "shared" if number % 3 == 0 else f"own-{number}"
    return npm(**{shared.replace("-", "_"): ("1.0.0", "MIT", []), "common": ("2.0.0", "MIT", [])})


def counted(sim: Simulator) -> Counter[str]:
    return Counter(seen.kind for seen in sim.requests)


async def read(service: Service, clock: Clock) -> None:
    while True:
        claim = await service.subjects.claim(60, backfill.KEY)
        if claim is None:
            return
        await service._handle(claim)


async def story(sim: Simulator, service: Service, clock: Clock, installation: int, repos: list[Repository]) -> None:
    await service.database.migrate()
    told = tuple(Told(repo.id, installation, repo.full_name, repo.node_id) for repo in repos)
    await service.subjects.accept(Delivery("i", "installation", "created", Regained(installation, told)))
    sim.reset_counts()
    begin = time.monotonic()
    await read(service, clock)
    progress, spent, seconds = await service.backfill.store.progress(), counted(sim), time.monotonic() - begin
    print(f"first reading: {progress.read} of {progress.repositories} in {seconds:.1f} s; requests {dict(spent)}")
    assert progress.read == progress.repositories == len(repos)
    assert sum(spent.values()) <= LIMIT
    ada = sim.create_user("ada")
    for repo in repos[::20]:
        repo.commit("main", {"README.md": "pushed\n"}, "words", ada, notify=False)
    clock.ahead += timedelta(days=1)
    service.github.limits.clock = service.subjects.clock
    sim.reset_counts()
    begin = time.monotonic()
    await read(service, clock)
    print(f"a night, {len(repos[::20])} pushes: {time.monotonic() - begin:.1f} s; requests {dict(counted(sim))}")


def main(options: Sequence[str] = ()) -> None:
    count = int(options[0]) if options else REPOSITORIES
    with Simulator() as sim, tempfile.TemporaryDirectory() as folder:
        app = sim.create_app()
        sim.create_org("example")
        installation = sim.install(app, "example")
        repos = [sim.create_repository("example", f"r{n}", files=files(n)) for n in range(count - 1)]
        many = {f"s/{n}/{name}": text for n in range(MANIFESTS) for name, text in files(n * 10 + 1).items()}
        repos.append(sim.create_repository("example", "monorepo", files=many))
        settings = ServiceSettings(
            app_id=app.id, webhook_secret="s" * 16, private_key=app.private_key_pem, github_api_url=sim.api_url,
            database=f"sqlite+aiosqlite:///{Path(folder) / 'gate.db'}",
        )  # fmt: skip
        clock = Clock()
        service = Service(settings, fact_settings({}), clock.timing)
        clock.rules(service)

        async def tell() -> None:
            try:
                async with service.facts.running(seconds=1.0):
                    await story(sim, service, clock, installation, repos)
            finally:
                await service.github.close()
                await service.database.close()
                service.parsers.close()

        asyncio.run(tell())


if __name__ == "__main__":
    main(sys.argv[1:])
