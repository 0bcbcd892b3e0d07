/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/app.test.ts > TAP > an explanation tells what would have allowed it > must match snapshot 1`] = `
DENY document.edit on document "d1": no rule allows it
  caller: "bob" of "app", tenant "acme", roles reader
  would have allowed:
    - owners-read-and-edit: allow document.read, document.edit when the caller is the owner
        condition: needs owner = caller.subject; owner is "ann", caller.subject is "bob"
    - role chief: document.edit
        role: needs chief; the caller has reader

`

exports[`test/app.test.ts > TAP > the matrix shows what every role may do, and the linter finds nothing > must match snapshot 1`] = `
route                            reader  writer  chief  needs
GET /documents                   yes     yes     yes
GET /documents/:id               if 1    if 1    if 2
GET /documents/:id/why-not-edit  if 3    if 3    if 3
PATCH /documents/:id             if 4    if 4    if 5
POST /documents/:id/publish      no      no      if 6

if 1: own tenant and the caller is the owner; or own tenant and status = "published" or sharedWith contains caller.subject
if 2: own tenant
if 3: the handler says so
if 4: own tenant and the caller is the owner, unless status = "published"
if 5: own tenant, unless status = "published"
if 6: own tenant and budget < 1000 and status ≠ "published" and acr mfa

`
