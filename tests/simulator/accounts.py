"""Users, organizations and teams."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class User:
    """An account. `email` is how commits are matched to it; more addresses may stand in `emails`."""

    id: int
    login: str
    name: str
    email: str
    type: str = "User"
    emails: set[str] = field(default_factory=set)
    node_id: str = ""

    def addresses(self) -> set[str]:
        """All addresses that GitHub would connect with this account, in lower case."""
        private = {f"{self.id}+{self.login}@users.noreply.github.com", f"{self.login}@users.noreply.github.com"}
        return {address.lower() for address in {self.email, *self.emails, *private}}


@dataclass(eq=False)
class Team:
    """`members` maps a login in lower case to `member` or `maintainer`; `pending` ones were only invited."""

    id: int
    slug: str
    name: str
    members: dict[str, str] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    children: "list[Team]" = field(default_factory=list)

    def role(self, login: str) -> str | None:
        """Role of a member of this team or of a child team."""
        own = self.members.get(login.lower())
        if own:
            return own
        return next((role for child in self.children if (role := child.role(login))), None)


@dataclass(eq=False)
class Organization:
    """An organization; `members` maps a login in lower case to `admin` or `member`. Attributes may be set."""

    id: int
    login: str
    node_id: str = ""
    type: str = "Organization"
    members: dict[str, str] = field(default_factory=dict)
    invited: dict[str, str] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    base_permission: str = "read"  # of every member in every repository
    concealed: set[str] = field(default_factory=set)  # logins in lower case of members who do not show it
    _next_team: int = 4_100_000

    def add_member(self, user: User, role: str = "member", pending: bool = False) -> None:
        (self.invited if pending else self.members)[user.login.lower()] = role

    def remove_member(self, user: User) -> None:
        self.members.pop(user.login.lower(), None)
        for team in self.teams.values():
            team.members.pop(user.login.lower(), None)

    def create_team(self, slug: str, members: "list[User] | None" = None, parent: Team | None = None) -> Team:
        """A team with these members (who become members of the organization too)."""
        self._next_team += 1
        team = Team(self._next_team, slug, slug.replace("-", " ").title())
        for user in members or []:
            team.members[user.login.lower()] = "member"
            self.members.setdefault(user.login.lower(), "member")
        self.teams[slug] = team
        if parent:
            parent.children.append(team)
        return team


Owner = User | Organization
