/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/policy.test.ts > TAP > every comparison with the caller decides and plans alike > must match snapshot 1`] = `
{
 "allow thing.read when size = caller.authTime": "00010",
 "allow thing.read when not size = caller.authTime": "00101",
 "allow thing.read when not (size = caller.authTime or on is null)": "00101",
 "allow thing.read when size ≠ caller.authTime": "00101",
 "allow thing.read when not size ≠ caller.authTime": "00010",
 "allow thing.read when not (size ≠ caller.authTime or on is null)": "00010",
 "allow thing.read when size < caller.authTime": "00100",
 "allow thing.read when not size < caller.authTime": "00011",
 "allow thing.read when not (size < caller.authTime or on is null)": "00011",
 "allow thing.read when size ≤ caller.authTime": "00110",
 "allow thing.read when not size ≤ caller.authTime": "00001",
 "allow thing.read when not (size ≤ caller.authTime or on is null)": "00001",
 "allow thing.read when size > caller.authTime": "00001",
 "allow thing.read when not size > caller.authTime": "00110",
 "allow thing.read when not (size > caller.authTime or on is null)": "00110",
 "allow thing.read when size ≥ caller.authTime": "00011",
 "allow thing.read when not size ≥ caller.authTime": "00100",
 "allow thing.read when not (size ≥ caller.authTime or on is null)": "00100",
 "allow thing.read when id ≠ caller.subject": "00000",
 "allow thing.read when not id ≠ caller.subject": "01000",
 "allow thing.read when not (id ≠ caller.subject or on is null)": "01000"
}
`
