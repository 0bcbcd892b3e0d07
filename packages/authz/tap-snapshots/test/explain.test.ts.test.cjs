/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > a login is stale 1`] = `
CHALLENGE plain: a better login would allow it (stale-login)
  caller: "u" of "app", tenant "o", roles user
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        assurance: needs maxAge 60; stale-login
    - scoped: allow thing.read, plain to user with scopes s t
        scope: needs s t; the caller lacks s t
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > a scope is missing 1`] = `
CHALLENGE plain: a better login would allow it (stale-login)
  caller: "u" of "app", tenant "o", roles admin, scopes s
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        assurance: needs maxAge 60; stale-login
    - scoped: allow thing.read, plain to user with scopes s t
        scope: needs s t; the caller lacks t
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > allowed anywhere 1`] = `
ALLOW thing.edit on thing "k": a rule allows it
  caller: "u" of "app", tenant "o", no roles
  allowed by:
    - anywhere: allow thing.edit of any tenant when a = "x"
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > allowed by two 1`] = `
ALLOW thing.read on thing: a rule allows it
  caller: "u" of "app", tenant "o", roles user, scopes s t
  allowed by:
    - fresh: allow thing.read, plain to user with maxAge 60
    - scoped: allow thing.read, plain to user with scopes s t
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > another tenant 1`] = `
DENY thing.read on thing: the object belongs to another tenant
  caller: "u" of "app", tenant "o", no roles
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        role: needs admin or user; the caller has no role
    - nothing: allow thing.read when a = "x" and never
        tenant: needs org = caller.tenant; org is "p", caller.tenant is "o"
    - one: allow thing.read when a = "x" and (n > 3 or not l is null)
        tenant: needs org = caller.tenant; org is "p", caller.tenant is "o"
    - scoped: allow thing.read, plain to user with scopes s t
        role: needs admin or user; the caller has no role
    - two: allow thing.read when a in caller.roles and l contains "q"
        tenant: needs org = caller.tenant; org is "p", caller.tenant is "o"
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > forbidden 1`] = `
DENY thing.edit on thing: a rule forbids it
  caller: "u" of "app", tenant "o", no roles
  because of:
    - stop: deny thing.edit when n > 100
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > forbidden by role and scope 1`] = `
DENY thing.list: a rule forbids it
  caller: "u" of "app", tenant "o", roles admin, scopes x
  because of:
    - stop admins: deny thing.* to admin with scopes x
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > never 1`] = `
DENY thing.read on thing: no rule allows it
  caller: "u" of "app", tenant "o", no roles
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        role: needs admin or user; the caller has no role
    - nothing: allow thing.read when a = "x" and never
        condition: needs never; it never holds
    - one: allow thing.read when a = "x" and (n > 3 or not l is null)
        condition: needs n > 3 or not l is null; n is not known, l is not known
    - scoped: allow thing.read, plain to user with scopes s t
        role: needs admin or user; the caller has no role
    - two: allow thing.read when a in caller.roles and l contains "q"
        condition: needs a in caller.roles; a is "x", caller.roles is []
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > nothing fits 1`] = `
CHALLENGE thing.read on thing "7": a better login would allow it (stale-login)
  caller: "u" of "app", tenant "o", roles user
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        assurance: needs maxAge 60; stale-login
    - nothing: allow thing.read when a = "x" and never
        condition: needs a = "x"; a is "y"
    - one: allow thing.read when a = "x" and (n > 3 or not l is null)
        condition: needs a = "x"; a is "y"
    - scoped: allow thing.read, plain to user with scopes s t
        scope: needs s t; the caller lacks s t
    - two: allow thing.read when a in caller.roles and l contains "q"
        condition: needs a in caller.roles; a is "y", caller.roles is ["user"]
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > nothing is known 1`] = `
DENY thing.read on thing: no rule allows it
  caller: "u" of "app", tenant "o", no roles
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        role: needs admin or user; the caller has no role
    - nothing: allow thing.read when a = "x" and never
        condition: needs a = "x"; a is not known
    - one: allow thing.read when a = "x" and (n > 3 or not l is null)
        condition: needs a = "x"; a is not known
    - scoped: allow thing.read, plain to user with scopes s t
        role: needs admin or user; the caller has no role
    - two: allow thing.read when a in caller.roles and l contains "q"
        condition: needs a in caller.roles; a is not known, caller.roles is []
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > odd values 1`] = `
DENY thing.read on thing: no rule allows it
  caller: "u" of "app", tenant "o", no roles
  would have allowed:
    - fresh: allow thing.read, plain to user with maxAge 60
        role: needs admin or user; the caller has no role
    - nothing: allow thing.read when a = "x" and never
        condition: needs a = "x"; a is a bigint
    - one: allow thing.read when a = "x" and (n > 3 or not l is null)
        condition: needs a = "x"; a is a bigint
    - scoped: allow thing.read, plain to user with scopes s t
        role: needs admin or user; the caller has no role
    - two: allow thing.read when a in caller.roles and l contains "q"
        condition: needs a in caller.roles; a is a bigint, caller.roles is []
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > of all 1`] = `
ALLOW thing.list: a rule allows it
  caller: "u" of "app", tenant "o", no roles
  allowed by:
    - list: allow thing.list
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > of what has no attributes 1`] = `
ALLOW loose.read on loose "z": a rule allows it
  caller: "u" of "app", tenant "o", no roles
  allowed by:
    - loose: allow loose.read
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > perhaps forbidden 1`] = `
DENY thing.edit on thing: a rule forbids it
  caller: "u" of "app", tenant "o", no roles
  because of:
    - stop: deny thing.edit when n > 100 (not known, which forbids too)
`

exports[`test/explain.test.ts > TAP > explanations read like letters, and the same way every time > without an object 1`] = `
DENY thing.read: the question needs an object and came without
  caller: "u" of "app", tenant "o", no roles
`
