"""Members, bots, merge queues and remediation commits."""

TABLE = r"""
# members need a verified signature or a sign-off
[require=non-members members=ada]
Add                                     | Ada=ada!      | pass
Add                                     | Ada=Ada!      | pass
Add                                     | Ada=ada       | unverified | Commit by organization member is not verified.
Add¶¶S: Ada L <ada@example.org>         | Ada=ada       | pass
Add¶¶S: Ada L <ada@example.org>         | Ada=ada!      | pass
Add¶¶S: Bob <bob@example.org>           | Ada=ada       | mismatch   | Expected "Ada L <ada@example.org>", but got "Bob <bob@example.org>".
Add¶¶S: Bob <bob@example.org>           | Ada=ada!      | pass
Add                                     | Ada!          | missing    | GitHub links the author's address to no account
Add                                     | Ada!          | missing    | GitHub links ada@example.org to no account. If it is yours: add it to the e-mail settings
Add                                     | Ada           | missing    | The sign-off is missing.
Add                                     | Bob=bob!      | missing    | The sign-off is missing.
Add                                     | Bob=bob       | missing    | not a member
Add¶¶S: Bob <bob@example.org>           | Bob=bob       | pass
Add¶¶S: Ada L <ada@localhost>           | Ada L <ada@localhost>=ada | invalid-email
Add                                     | Ada L <ada@localhost>=ada! | pass
Merge                                   | Ada=ada^      | pass
[require=everyone members=ada]
Add                                     | Ada=ada!      | missing
Add¶¶S: Ada L <ada@example.org>         | Ada=ada       | pass
[require=nobody members=ada]
Add                                     | Ada=ada       | pass
Add¶¶S: Bob <bob@example.org>           | Ada           | pass
# a checkout knows no members
[require=non-members]
Add                                     | Ada           | not judged here
Add¶¶S: Ada L <ada@example.org>         | Ada           | pass

# bots are known by their account, not by their name
[accounts]
Bump                                    | renovate[bot] <x@y.org>=renovate[bot] | pass
Bump                                    | renovate <x@y.org>=renovate[bot]      | pass
Bump                                    | renovate[bot] <x@y.org>               | missing | The sign-off is missing.
Bump                                    | Actions=github-actions[bot]           | pass
Bump                                    | Actions                               | missing
Bump¶¶S: github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> | Actions | invalid-email
Bump                                    | Ada=ada→Actions=github-actions[bot]   | missing
[mode=dcoapp]
Bump                                    | Actions                               | not judged here
Bump                                    | renovate[bot] <x@y.org>               | missing

# a merge queue commits in its own name: only that somebody signed is looked for
[merge_queue accounts]
Squash (#1)¶¶S: Anybody <x@y.org>       | Ada→GitHub    | pass
Squash (#1)¶¶S: Ada L <ada@example.org> | Hidden→GitHub | pass
Squash (#1)¶¶* One¶¶S: Ada L <ada@example.org>¶¶* Two | Ada→GitHub | pass
Squash (#1)                             | Ada→GitHub    | missing
Squash (#1)¶¶> S: A <a>                 | Ada→GitHub    | missing
Bump (#1)                               | Actions=github-actions[bot]→GitHub | pass
Merge pull request #1                   | GitHub^       | pass
[merge_queue require=non-members members=ada]
Squash (#1)                             | Ada=ada→GitHub | pass
Squash (#1)                             | Bob=bob→GitHub | missing

# remediation of one's own commit
[individual]
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | pass
Add // Fix¶¶i, ada l <ADA@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | pass
Add // Fix¶¶I, ADA L <ADA@EXAMPLE.ORG>, HEREBY ADD MY SIGNED-OFF-BY TO THIS COMMIT: {1}¶¶S: Ada L <ada@example.org> | Ada | pass
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1:7}¶¶S: Ada L <ada@example.org>          | Ada | missing | it must name the commit by its full SHA
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1:39}¶¶S: Ada L <ada@example.org>         | Ada | missing
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}x¶¶S: Ada L <ada@example.org>           | Ada | missing
Add // Fix¶¶I, Ada L <ada@example.org>, I: {9}¶¶S: Ada L <ada@example.org>            | Ada | missing
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}                                        | Ada | missing
Add // Fix¶¶ I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>           | Ada | missing
Add // Fix¶¶> I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>          | Ada | missing
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Bob <bob@example.org>              | Ada // Bob | missing | the person who says “I” did not make the remediation commit
Add // Fix¶¶I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org>                | Ada // Bob | missing | it names another author than the commit has
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | missing | the policy does not allow this kind of remediation commit
Add // Merge¶¶I, Ada L <ada@example.org>, I: {1}                                      | Ada // Ada^ | pass
Fix¶¶I, Ada L <ada@example.org>, I: {2}¶¶S: Ada L <ada@example.org> // Add            | Ada | pass
Add¶¶S: Bob <bob@example.org> // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org> | Ada | pass
Add // Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶I, Ada L <ada@example.org>, I: {2}¶¶S: Ada L <ada@example.org> | Ada | pass
Add // Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>     | Ada | missing
Add // Fix¶¶I, Ada L <ada@localhost>, I: {1}¶¶S: Ada L <ada@localhost>                | Ada L <ada@localhost> | invalid-email, invalid-email
Add // Fix¶¶I, Claude <noreply@anthropic.com>, I: {1}¶¶S: Ada L <ada@example.org>     | Agent // Agent→Ada | missing
[]
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | missing | the policy does not allow this kind of remediation commit

# somebody else's commit
[individual third_party]
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | pass
Add // Fix¶¶on behalf of ada l <ada@example.org>, i, bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | pass
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org> | Ada // Ada | pass
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Eve <eve@example.org> | Ada // Eve→Bob | pass
Add // Fix¶¶On behalf of Eve <eve@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | missing
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Eve <eve@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | missing
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1:12}¶¶S: Bob <bob@example.org> | Ada // Bob | missing
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}    | Ada // Bob | missing
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Claude <noreply@anthropic.com>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob→Agent | missing | a bot or coding agent signs for nobody
Add¶¶S: Bob <bob@example.org> // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | pass
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | pass
[third_party]
Add // Fix¶¶On behalf of Ada L <ada@example.org>, I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | missing | the policy does not allow this kind of remediation commit
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | missing
[mode=strict individual]
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1}¶¶S: Ada L <ada@example.org>            | Ada | pass
Add¶¶C: Bob <bob@example.org>¶S: Ada L <ada@example.org> // Fix¶¶I, Bob <bob@example.org>, I: {1}¶¶S: Bob <bob@example.org> | Ada // Bob | pass
[mode=lenient individual]
Add // Fix¶¶I, Zoe\u0308 <zoe@example.org>, I: {1}¶¶S: Zo\u00eb <zoe@example.org>     | Zoë | pass
Add // Fix¶¶I, Ada L <ada@example.org>, I: {1:7}¶¶S: Ada L <ada@example.org>          | Ada | missing
"""
