"""The mode `dcoapp`: every row that was measured with the DCO app's own code, and what is near to each."""

TABLE = r"""
[mode=dcoapp]
# a line of its own, in any case, anywhere in the message
Add¶¶S: Ada L <ada@example.org>                         | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶                        | Ada | pass
Add¶¶signed-off-by: Ada L <ada@example.org>             | Ada | pass
Add¶¶SIGNED-OFF-BY: ADA L <ADA@EXAMPLE.ORG>             | Ada | pass
Add¶¶Signed-Off-By: ada l <Ada@Example.Org>             | Ada | pass
Add␍¶␍¶S: Ada L <ada@example.org>␍¶                     | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶And an end.             | Ada | pass
Add¶¶Because.¶S: Ada L <ada@example.org>¶More.¶¶An end. | Ada | pass
S: Ada L <ada@example.org>                              | Ada | pass
S: Ada L <ada@example.org>¶¶Add                         | Ada | pass
Add¶S: Ada L <ada@example.org>                          | Ada | pass
Add¶¶S: Ada L <ada@example.org>\x20\x20                 | Ada | pass
Add¶¶S: Ada L <ada@example.org>\t                       | Ada | pass
Add¶¶S: Ada L <ada@example.org>\u00a0                   | Ada | pass
Add¶¶S: Ada L <ada@example.org>\ufeff                   | Ada | pass
Add¶¶S: Ada L <ada@example.org>\u3000                   | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶¶¶¶                     | Ada | pass
Add\u2028S: Ada L <ada@example.org>\u2029more           | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶S: Ada L <ada@example.org> | Ada | pass
Add¶¶Fixes: #1¶S: Ada L <ada@example.org>¶Reviewed-by: Bob <bob@example.org> | Ada | pass
Add¶¶C: Bob <bob@example.org>¶S: Ada L <ada@example.org> | Ada | pass
# other lines are no sign-off
Add                                                     | Ada | missing | The sign-off is missing.
Add¶¶\x20S: Ada L <ada@example.org>                     | Ada | missing | The sign-off is missing.
Add¶¶\tS: Ada L <ada@example.org>                       | Ada | missing | The sign-off is missing.
Add¶¶\u00a0S: Ada L <ada@example.org>                   | Ada | missing | The sign-off is missing.
Add¶¶> S: Ada L <ada@example.org>                       | Ada | missing | The sign-off is missing.
Add¶¶>S: Ada L <ada@example.org>                        | Ada | missing | The sign-off is missing.
Add¶¶* S: Ada L <ada@example.org>                       | Ada | missing | The sign-off is missing.
Add¶¶`S: Ada L <ada@example.org>`                       | Ada | missing | The sign-off is missing.
Add¶¶S:Ada L <ada@example.org>                          | Ada | missing | The sign-off is missing.
Add¶¶S:\tAda L <ada@example.org>                        | Ada | missing | The sign-off is missing.
Add¶¶S:\u00a0Ada L <ada@example.org>                    | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L<ada@example.org>                          | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L\t<ada@example.org>                        | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L\u00a0<ada@example.org>                    | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org> and more                | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org>.                        | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org>,                        | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org> # signed                | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org>\x85                     | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org>\u200b                   | Ada | missing | The sign-off is missing.
Add¶¶Signed off by: Ada L <ada@example.org>             | Ada | missing | The sign-off is missing.
Add¶¶Signed-off by: Ada L <ada@example.org>             | Ada | missing | The sign-off is missing.
Add¶¶Signed-off-by Ada L <ada@example.org>              | Ada | missing | The sign-off is missing.
Add¶¶Signed-off-by : Ada L <ada@example.org>            | Ada | missing | The sign-off is missing.
Add¶¶Signed-of-by: Ada L <ada@example.org>              | Ada | missing | The sign-off is missing.
Add¶¶Signed‑off‑by: Ada L <ada@example.org>             | Ada | missing | The sign-off is missing.
Add¶¶\u017figned-off-by: Ada L <ada@example.org>        | Ada | missing | The sign-off is missing.
Add¶¶Acked-by: Ada L <ada@example.org>                  | Ada | missing | The sign-off is missing.
Add¶¶C: Ada L <ada@example.org>                         | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L ada@example.org                           | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L (ada@example.org)                         | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org                          | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L ada@example.org>                          | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L                                           | Ada | missing | The sign-off is missing.
Add¶¶S:                                                 | Ada | missing | The sign-off is missing.
Add¶¶S:¶Ada L <ada@example.org>                         | Ada | missing | The sign-off is missing.
Add¶¶S: Ada L¶<ada@example.org>                         | Ada | missing | The sign-off is missing.
# a line in the right form with other words
Add¶¶S:  Ada L <ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got " Ada L <ada@example.org>".
Add¶¶S: Ada L  <ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L  <ada@example.org>".
Add¶¶S: Ada  L <ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada  L <ada@example.org>".
Add¶¶S: Ada L < ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L < ada@example.org>".
Add¶¶S: Ada L <ada@example.org >      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <ada@example.org >".
Add¶¶S: Ada L <ada@example.org>, Bob <b@b.org> | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <ada@example.org>, Bob <b@b.org>".
Add¶¶S: Ada <L> <ada@example.org>     | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada <L> <ada@example.org>".
Add¶¶S: Ada L <<ada@example.org>>     | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <<ada@example.org>>".
Add¶¶S: Ada <ada@example.org>         | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada <ada@example.org>".
Add¶¶S: ada <ada@example.org>         | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "ada <ada@example.org>".
Add¶¶S: L, Ada <ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "L, Ada <ada@example.org>".
Add¶¶S: "Ada L" <ada@example.org>     | Ada | mismatch | Expected "Ada L <ada@example.org>", but got ""Ada L" <ada@example.org>".
Add¶¶S: Ada L. <ada@example.org>      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L. <ada@example.org>".
Add¶¶S: Ada L <ada@example.com>       | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <ada@example.com>".
Add¶¶S: Ada L <ada+x@example.org>     | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <ada+x@example.org>".
Add¶¶S: Ada L <mailto:ada@example.org> | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <mailto:ada@example.org>".
Add¶¶S: Bob <bob@example.org>         | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Bob <bob@example.org>".
Add¶¶S: Bob <ada@example.org>         | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Bob <ada@example.org>".
Add¶¶S: Ada L <>                      | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <>".
Add¶¶S:  <ada@example.org>            | Ada | mismatch | Expected "Ada L <ada@example.org>", but got " <ada@example.org>".
Add¶¶S: Ada L <ada@users.noreply.github.com> | Ada | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <ada@users.noreply.github.com>".
# several
Add¶¶S: Bob <bob@example.org>¶S: Ada L <ada@example.org> | Ada | pass
Add¶¶S: Ada L <ada@example.org>¶S: Bob <bob@example.org> | Ada | pass
Add¶¶S: Bob <bob@example.org>¶¶S: Ada L <ada@example.org>¶¶End. | Ada | pass
Add¶¶S: Bob <bob@example.org>¶S: Eve <eve@example.org>   | Ada | mismatch | Can not find "Ada L <ada@example.org>", in ["Bob <bob@example.org>", "Eve <eve@example.org>"].
Add¶¶S: Ada L <bob@example.org>¶S: Bob <ada@example.org> | Ada | mismatch | Can not find "Ada L <ada@example.org>", in ["Ada L <bob@example.org>", "Bob <ada@example.org>"].
# author and committer: name and address may cross
Add¶¶S: Ada L <ada@example.org>       | Ada→Bob    | pass
Add¶¶S: Bob <bob@example.org>         | Ada→Bob    | pass
Add¶¶S: Ada L <bob@example.org>       | Ada→Bob    | pass
Add¶¶S: Bob <ada@example.org>         | Ada→Bob    | pass
Add¶¶S: BOB <Ada@example.org>         | Ada→Bob    | pass
Add¶¶S: Eve <ada@example.org>         | Ada→Bob    | mismatch | Expected "Ada L <ada@example.org>", but got "Eve <ada@example.org>".
Add¶¶S: Ada L <eve@example.org>       | Ada→Bob    | mismatch | Expected "Ada L <ada@example.org>", but got "Ada L <eve@example.org>".
Add                                   | Ada→Bob    | missing  | The sign-off is missing.
Add¶¶S: Ada L <ada@example.org>       | Ada→GitHub | pass
Add¶¶S: GitHub <noreply@github.com>   | Ada→GitHub | pass
Add¶¶S: Ada L <bob@example.org>       | Ada L <>→Bob | pass
Add¶¶S: Bob <bob@example.org>         | Ada L <>→Bob | pass
# Unicode
Add¶¶S: Zo\u00eb <zoe@example.org>    | Zoë | pass
Add¶¶S: ZO\u00cb <zoe@example.org>    | Zoë | pass
Add¶¶S: Zoe\u0308 <zoe@example.org>   | Zoë | mismatch | in the name, the same letters in two Unicode forms: expected NFC, found NFD
Add¶¶S: Zo\u00eb <zoe@example.org>    | Zoe\u0308 <zoe@example.org> | mismatch | in the name, the same letters in two Unicode forms: expected NFD, found NFC
Add¶¶S: Ada\u00a0L <ada@example.org>  | Ada | mismatch | in the name, different blanks: expected single blanks, found blanks U+00A0
Add¶¶S: Ada\u200b L <ada@example.org> | Ada | mismatch | in the name, invisible characters: U+200B ZERO WIDTH SPACE in the found one
Add¶¶S: Ada L <ada\u200b@example.org> | Ada | mismatch | in the address, invisible characters: U+200B ZERO WIDTH SPACE in the found one
Add¶¶S: Ada L <ada\u202e@example.org> | Ada | mismatch | in the address, invisible characters: U+202E RIGHT-TO-LEFT OVERRIDE in the found one
Add¶¶S: \u0410da L <ada@example.org>  | Ada | mismatch | in the name, another letter that may look alike: expected U+0041 LATIN CAPITAL LETTER A, found U+0410 CYRILLIC CAPITAL LETTER A
Add¶¶S: Ada L <\u0430da@example.org>  | Ada | mismatch | in the address, another letter that may look alike
Add¶¶S:  Ada L <ada@example.org>      | Ada | mismatch | in the name, different blanks: expected single blanks, found blanks at the beginning
Add¶¶S: \uff21da L <ada@example.org>  | Ada | mismatch | in the name, the same letters
Add¶¶S: Ada\u2003L <ada@example.org>  | Ada | mismatch | in the name, different blanks: expected single blanks, found blanks U+2003
# the author's address must be valid, whoever signed
Add¶¶S: Ada L <ada@localhost>         | Ada L <ada@localhost>       | invalid-email | ada@localhost is not a valid email address.
Add¶¶S: Ada L <a@b>                   | Ada L <a@b>                 | invalid-email | a@b is not a valid email address.
Add¶¶S: Ada L <ada@b.c>               | Ada L <ada@b.c>             | invalid-email | ada@b.c is not a valid email address.
Add¶¶S: Ada L <ada@b.1x>              | Ada L <ada@b.1x>            | invalid-email | ada@b.1x is not a valid email address.
Add¶¶S: Ada L <a b@c.org>             | Ada L <a b@c.org>           | invalid-email | a b@c.org is not a valid email address.
Add¶¶S: Ada L <\u00e9@c.org>          | Ada L <\u00e9@c.org>        | invalid-email | \u00e9@c.org is not a valid email address.
Add¶¶S: Ada L <@c.org>                | Ada L <@c.org>              | invalid-email | @c.org is not a valid email address.
Add¶¶S: Ada L <ada@@c.org>            | Ada L <ada@@c.org>          | invalid-email | ada@@c.org is not a valid email address.
Add¶¶S: Ada L <ada>                   | Ada L <ada>                 | invalid-email | ada is not a valid email address.
Add¶¶S: Ada L <.ada@c.org>            | Ada L <.ada@c.org>          | invalid-email | .ada@c.org is not a valid email address.
Add¶¶S: Ada L <a..b@c.org>            | Ada L <a..b@c.org>          | invalid-email | a..b@c.org is not a valid email address.
Add¶¶S: Ada L <ada@c..org>            | Ada L <ada@c..org>          | invalid-email | ada@c..org is not a valid email address.
Add¶¶S: Ada L <ada@c.org.>            | Ada L <ada@c.org.>          | invalid-email | ada@c.org. is not a valid email address.
Add¶¶S: Ada L <ada@127.0.0.1>         | Ada L <ada@127.0.0.1>       | invalid-email | ada@127.0.0.1 is not a valid email address.
Add¶¶S: Ada L <ada@[127.0.0.1]>       | Ada L <ada@[127.0.0.1]>     | invalid-email | ada@[127.0.0.1] is not a valid email address.
Add¶¶S: Ada L <"ada"@c.org>           | Ada L <"ada"@c.org>         | invalid-email | "ada"@c.org is not a valid email address.
Add¶¶S: x[bot] <1+x[bot]@users.noreply.github.com> | x[bot] <1+x[bot]@users.noreply.github.com> | not judged here
Add¶¶S: Bob <bob@example.org>         | Ada L <ada@localhost>       | invalid-email | ada@localhost is not a valid email address.
Add                                   | Ada L <ada@localhost>       | missing       | The sign-off is missing.
Add¶¶S: Ada L <ada+tag@c.org>         | Ada L <ada+tag@c.org>       | pass
Add¶¶S: Ada L <o'ada@c.co.uk>         | Ada L <o'ada@c.co.uk>       | pass
Add¶¶S: Ada L <ada_l-x@sub.c-d.org>   | Ada L <ada_l-x@sub.c-d.org> | pass
Add¶¶S: Ada L <ada@xn--bcher-kva.de>  | Ada L <ada@xn--bcher-kva.de> | pass
Add¶¶S: Ada L <a!#$%&'*+/=?^_`{}~@c.org> | Ada L <a!#$%&'*+/?_`{}~@c.org> | mismatch
Add¶¶S: Ada L <bob@localhost>         | Ada L <>→Bob <bob@localhost> | invalid-email | bob@localhost is not a valid email address.
# what GitHub rewrites
Add¶¶S: Ada L <ada@example.org>                  | Hidden        | mismatch | Expected "Ada L <123+ada@users.noreply.github.com>", but got "Ada L <ada@example.org>".
Add¶¶S: Ada L <ada@example.org>                  | Hidden→GitHub | mismatch | GitHub made this commit (web editor, suggestion or squash)
Add¶¶S: Ada L <ada@example.org>                  | Hidden        | mismatch | its author has the account's private address, which the sign-off must have, too
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Hidden        | pass
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Hidden→GitHub | pass
Add¶¶S: Ada L <123+ada@users.noreply.github.com> | Ada           | mismatch
# merges are not judged, and several commits are
Merge                                            | Ada^          | pass
Merge // Add                                     | Ada^ // Ada   | missing
Add¶¶S: Ada L <ada@example.org> // Add           | Ada           | missing
Add // Add¶¶S: Bob <bob@example.org>             | Ada           | missing, mismatch
Add // Add                                       | Zoë // Ada    | missing, missing
"""
