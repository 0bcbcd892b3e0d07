/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/handlers.test.ts > TAP > an explanation reads like a letter > must match snapshot 1`] = `
DENY document.edit on document "d3": a rule forbids it
  caller: "ann" of "test", tenant "acme", roles editor
  because of:
    - frozen: deny document.edit when status = "archived"
`
