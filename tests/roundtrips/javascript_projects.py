"""Small projects of the JavaScript world, each for one thing that lock files say in their own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Manifest = Mapping[str, object]


#: `{tarball:NAME@VERSION}` becomes the registry's own address of that archive, `{git}` that of a local repository.
@dataclass(frozen=True, slots=True)
class Project:
    """One project as every manager of the ecosystem gets it."""

    manifest: Manifest
    members: Mapping[str, Manifest] = field(default_factory=dict)
    """Workspace members: folder → manifest."""
    folders: Mapping[str, Manifest] = field(default_factory=dict)
    """Packages in the tree that are no members: folder → manifest."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    refused_by: Mapping[str, str] = field(default_factory=dict)
    """Manager (or the beginning of its name) → why it cannot take this project."""


PROJECTS: Mapping[str, Project] = {
    "server": Project(
        {
            "name": "server",
            "version": "1.0.0",
            "dependencies": {"express": "4.19.2", "@fastify/cors": "9.0.1", "debug": "4.3.4", "ms": "2.0.0"},
            "devDependencies": {"jest": "29.7.0", "@types/node": "20.12.7", "ms": "2.0.0"},
        }
    ),
    "peers": Project(
        {
            "name": "peers",
            "version": "1.0.0",
            "dependencies": {"react": "18.2.0", "react-dom": "18.2.0", "use-sync-external-store": "1.2.0"},
            "devDependencies": {
                "@testing-library/react": "14.2.1",
                "@testing-library/dom": "9.3.4",
                "eslint-plugin-react-hooks": "4.6.0",
                "eslint": "8.57.0",
            },
        }
    ),
    "peer-given": Project(
        {
            "name": "peer-given",
            "version": "1.0.0",
            "peerDependencies": {"react": "^18.0.0", "vue": "^3.0.0"},
            "peerDependenciesMeta": {"vue": {"optional": True}},
            "dependencies": {"loose-envify": "1.4.0"},
            "devDependencies": {"react": "18.2.0"},
        }
    ),
    "optional": Project(
        {
            "name": "optional",
            "version": "1.0.0",
            "dependencies": {"chokidar": "3.6.0"},
            "devDependencies": {"esbuild": "0.20.2"},
            "optionalDependencies": {"fsevents": "2.3.3", "bufferutil": "4.0.8"},
        }
    ),
    "workspaces": Project(
        {
            "name": "workspaces",
            "version": "0.0.0",
            "private": True,
            "workspaces": ["packages/*"],
            "devDependencies": {"rimraf": "5.0.5"},
        },
        members={
            "packages/one": {
                "name": "@house/one",
                "version": "1.0.0",
                "dependencies": {"semver": "7.6.0", "chalk": "4.1.2"},
                "devDependencies": {"ansi-styles": "5.2.0"},
            },
            "packages/two": {
                "name": "@house/two",
                "version": "1.2.0",
                "dependencies": {"@house/one": "1.0.0", "chalk": "2.4.2"},
                "devDependencies": {"semver": "6.3.1"},
            },
        },
    ),
    "aliases": Project(
        {
            "name": "aliases",
            "version": "1.0.0",
            "dependencies": {
                "lodash-old": "npm:lodash@4.17.20",
                "lodash": "4.17.21",
                "@mine/width": "npm:string-width@4.2.3",
                "@isaacs/cliui": "8.0.2",
            },
            "devDependencies": {"chalk-four": "npm:chalk@4.1.2"},
        }
    ),
    "overrides": Project(
        {
            "name": "overrides",
            "version": "1.0.0",
            "dependencies": {"express": "4.18.2"},
            "devDependencies": {"mocha": "10.4.0"},
        },
        overrides={"qs": "6.12.1", "minimatch": "5.1.6"},
    ),
    "archives": Project(
        {
            "name": "archives",
            "version": "1.0.0",
            "dependencies": {"ms": "{tarball:ms@2.1.3}", "kept": "file:./kept"},
            "devDependencies": {"wrappy": "{tarball:wrappy@1.0.2}"},
        },
        folders={"kept": {"name": "kept", "version": "3.2.1", "dependencies": {"inherits": "2.0.4"}}},
    ),
    "git": Project(
        {
            "name": "git",
            "version": "1.0.0",
            "dependencies": {"from-git": "{git}", "once": "1.4.0"},
        },
        refused_by={
            "pnpm 7": "it writes the lock and cannot list it",
            "pnpm 8": "it cannot install a repository of the same machine",
            "yarn 3": "it takes no repository of the same machine",
            "yarn 4": "it takes no repository of the same machine",
        },
    ),
    "bundled": Project(
        {
            "name": "bundled",
            "version": "1.0.0",
            "devDependencies": {"@tailwindcss/oxide": "4.1.0", "picocolors": "1.0.0"},
            "dependencies": {"nanoid": "3.3.7"},
        }
    ),
}
