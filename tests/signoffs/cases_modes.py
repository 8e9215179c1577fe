"""The modes `strict` and `lenient`, and what bots and agents sign."""

TABLE = r"""
[mode=strict]
# the trailer block, and nothing else
Add¶¶S: Ada L <ada@example.org>                            | Ada | pass
Add¶¶s: Ada L <ada@example.org>                            | Ada | missing
Add¶¶signed-off-by: Ada L <ada@example.org>                | Ada | pass
Add¶¶Why.¶¶Fixes: #1¶S: Ada L <ada@example.org>¶           | Ada | pass
Add␍¶␍¶S: Ada L <ada@example.org>␍¶                        | Ada | pass
Add¶¶S: Bob <bob@example.org>¶S: Ada L <ada@example.org>   | Ada | pass
Add¶¶prose¶more prose¶and more¶S: Ada L <ada@example.org>  | Ada | pass
Add¶¶prose¶more¶and more¶still more¶S: Ada L <ada@example.org> | Ada | missing
Add¶¶(cherry picked from commit 1)¶S: Ada L <ada@example.org> | Ada | pass
S: Ada L <ada@example.org>                                 | Ada | missing
Add¶S: Ada L <ada@example.org>                             | Ada | missing
Add¶¶S: Ada L <ada@example.org>¶¶And an end.               | Ada | missing | only the last paragraph counts
Add¶¶S: Ada L <ada@example.org>¶ continued                 | Ada | missing
Add¶¶S: Ada L <ada@example.org>¶¶¶                         | Ada | pass
Add¶¶ S: Ada L <ada@example.org>                           | Ada | missing
Add¶¶> S: Ada L <ada@example.org>                          | Ada | missing
Add¶¶S:Ada L <ada@example.org>                             | Ada | missing
Add¶¶S:  Ada L <ada@example.org>                           | Ada | mismatch
Add                                                        | Ada | missing
# name and address of one person
Add¶¶S: Ada L <ada@example.org>                            | Ada→Bob | pass
Add¶¶S: Bob <bob@example.org>                              | Ada→Bob | pass
Add¶¶S: Ada L <bob@example.org>                            | Ada→Bob | mismatch
Add¶¶S: Bob <ada@example.org>                              | Ada→Bob | mismatch
Add¶¶S: ada l <ADA@example.org>                            | Ada     | pass
Add¶¶S: Eve <eve@example.org>                              | Ada→Bob | mismatch
Add¶¶S: Ada L <ada@localhost>                              | Ada L <ada@localhost> | invalid-email
# co-authors
Add¶¶C: Bob <bob@example.org>¶S: Ada L <ada@example.org>   | Ada | missing | Commit 0000001 “Add” has no sign-off of its co-author Bob.
Add¶¶S: Ada L <ada@example.org>¶C: Bob <bob@example.org>¶S: Bob <bob@example.org> | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶C: Bob <bob@example.org>¶S: Bob <b@b.org>         | Ada | missing
Add¶¶S: Ada L <ada@example.org>¶C: Ada L <ada@example.org> | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶C: nobody                  | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶C: x[bot] <1+x[bot]@users.noreply.github.com>     | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶C: Claude <noreply@anthropic.com>                 | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶C: Bob <bob@example.org>¶C: Eve <eve@example.org> | Ada | missing | Commit 0000001 “Add” has no sign-off of its co-authors Bob and Eve.
Add¶¶S: Ada L <ada@example.org>¶C: P1 <p1@example.org>¶C: P2 <p2@example.org>¶C: P3 <p3@example.org>¶C: P4 <p4@example.org>¶C: P5 <p5@example.org>¶C: P6 <p6@example.org>¶C: P7 <p7@example.org> | Ada | missing | Commit 0000001 “Add” has no sign-off of its co-authors P1, P2, P3, P4, P5 and 2 more.
Add¶¶C: Bob <bob@example.org>                              | Ada | missing
Add¶¶C: Bob <bob@example.org>¶S: Bob <bob@example.org>     | Ada | mismatch
Add¶¶C: Bob <bob@example.org>¶¶S: Ada L <ada@example.org>  | Ada | pass
Merge¶¶C: Bob <bob@example.org>                            | Ada^ | pass

[mode=lenient]
# blanks and forms
Add¶¶S: Ada L <ada@example.org>             | Ada | pass
Add¶¶S:  Ada L <ada@example.org>            | Ada | pass
Add¶¶S:Ada L <ada@example.org>              | Ada | pass
Add¶¶Signed-off-by : Ada L <ada@example.org> | Ada | pass
Add¶¶S: Ada L<ada@example.org>              | Ada | pass
Add¶¶S: Ada   L < ada@example.org >         | Ada | pass
Add¶¶S: Ada\u00a0L <ada@example.org>        | Ada | pass
Add¶¶S: Ada\u2003L <ada@example.org>        | Ada | pass
Add¶¶S: \uff21da L <ada@example.org>        | Ada | pass
Add¶¶S: Ada L <ADA@EXAMPLE.ORG>             | Ada | pass
Add¶¶S: Zoe\u0308 <zoe@example.org>         | Zoë | pass
Add¶¶S: Zo\u00eb <zoe@example.org>          | Zoe\u0308 <zoe@example.org> | pass
Add¶¶S: STRASSE <s@example.org>             | Stra\u00dfe <s@example.org> | pass
# it is not careless
Add                                         | Ada | missing
Add¶¶ S: Ada L <ada@example.org>            | Ada | missing
Add¶¶> S: Ada L <ada@example.org>           | Ada | missing
Add¶¶S: Ada L <ada@example.org> and more    | Ada | missing
Add¶¶Signed off by: Ada L <ada@example.org> | Ada | missing
Add¶¶S: Ada <ada@example.org>               | Ada | mismatch
Add¶¶S: Bob <bob@example.org>               | Ada | mismatch
Add¶¶S: Ada L <ada@example.com>             | Ada | mismatch
Add¶¶S: \u0410da L <ada@example.org>        | Ada | mismatch | another letter that may look alike
Add¶¶S: Ada\u200b L <ada@example.org>       | Ada | mismatch | invisible characters
Add¶¶S: Ada L <ada@localhost>               | Ada L <ada@localhost> | invalid-email
Add¶¶C: Bob <bob@example.org>¶S: Ada L <ada@example.org> | Ada | pass
# without accounts a private address of the signer cannot be told
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Ada    | not judged here
Add¶¶S: Ada L <ada@example.org>             | Hidden      | pass
Add¶¶S: Bob <123+ada@users.noreply.github.com>   | Ada    | mismatch

[mode=lenient accounts]
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Ada=ada | pass
Add¶¶S: Ada L <ada@users.noreply.github.com>     | Ada=ada | pass
Add¶¶S: Ada L <123+old@users.noreply.github.com> | Ada=ada | pass
Add¶¶S: Ada L <9+ada@users.noreply.github.com>   | Ada=ada | mismatch
Add¶¶S: Ada L <bob@users.noreply.github.com>     | Ada=ada | mismatch
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Ada     | mismatch
Add¶¶S: Ada L <ada@example.org>                  | Hidden=ada | pass
Add¶¶S: Ada L <ada@users.noreply.github.com>     | Hidden=ada | pass
Add¶¶S: Ada L <bob@users.noreply.github.com>     | Hidden=ada | mismatch
Add¶¶S: Ada L <123+ada@users.noreply.ghe.example.com> | Hidden=ada | mismatch
Add¶¶S: Bob <123+ada@users.noreply.github.com>   | Ada=ada | mismatch
Add¶¶S: Ada L <ada@example.org> // Add¶¶S: Ada L <ada@example.org> | Hidden=ada // Ada=mallory | mismatch

# a bot or a coding agent certifies nothing for a person
[mode=dcoapp accounts]
Add¶¶S: github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> | Ada→Actions | by-bot | Commit 0000001 “Add” is signed off only by github-actions[bot]
Add¶¶S: Ada L <41898282+github-actions[bot]@users.noreply.github.com> | Ada→Actions | by-bot
Add¶¶S: Claude <noreply@anthropic.com>           | Ada→Agent | by-bot
Add¶¶S: Claude <noreply@anthropic.com>           | Agent     | by-bot | but a bot or coding agent certifies nothing.
Add¶¶S: Claude <NoReply@Anthropic.com>           | Agent     | by-bot
Add¶¶S: Claude <noreply@anthropic.com>           | Ada       | mismatch
Add¶¶S: Ada L <ada@example.org>                  | Agent     | mismatch
Add¶¶S: Ada L <ada@example.org>                  | Ada→Agent | pass
Add¶¶S: Claude <noreply@anthropic.com>¶S: Ada L <ada@example.org> | Ada→Agent | pass
Add¶¶S: Ada L <noreply@anthropic.com>            | Ada→Agent | by-bot
[mode=strict accounts]
Add¶¶S: github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> | Ada→Actions | by-bot
Add¶¶S: Claude <noreply@anthropic.com>           | Agent     | by-bot
[mode=lenient accounts]
Add¶¶S: github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> | Ada→Actions | by-bot
Add¶¶S: Claude <noreply@anthropic.com>           | Agent     | by-bot
"""
