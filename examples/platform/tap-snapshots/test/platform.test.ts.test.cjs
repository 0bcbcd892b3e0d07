/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/platform.test.ts > TAP > what every route asks for > must match snapshot 1`] = `
METHODS    URL             ACCESS    MECHANISMS               REQUIREMENTS             REVOKED WITHIN  DECIDED BY
GET, HEAD  /_latchkey      public    -                        -                        -               route
GET, HEAD  /admin          required  session | jwt | api-key  roles admin              10 s            route
GET, HEAD  /health         public    -                        -                        -               route
POST       /login          public    -                        -                        -               route
POST       /logout         required  session                  -                        10 s            route
GET, HEAD  /me             required  session | jwt | api-key  -                        10 s            route
GET, HEAD  /orders         required  session | jwt | api-key  scopes orders:read       10 s            route
POST       /orders         required  session | jwt | api-key  scopes orders:write      10 s            route
POST       /payout         required  session | jwt            roles buyer, maxAge 300  10 s            route
POST       /token          public    -                        -                        -               route
POST       /token/refresh  public    -                        -                        -               route

MECHANISM  TYPE     AMBIENT  REVOKED WITHIN  ALGORITHMS  OUTBOUND  AT REST
api-key    api-key  no       10 s            SHA-256     -         SHA-256 digests
jwt        jwt      no       10 s            ES256       -         in memory
session    session  yes      10 s            SHA-256     -         SHA-256 digests of tokens of 256 random bits
`

exports[`test/platform.test.ts > TAP > which role reaches which route > must match snapshot 1`] = `
route         buyer  admin  needs
GET /admin    no     yes
GET /me       yes    yes
GET /orders   yes    yes    scopes orders:read
POST /orders  yes    yes    scopes orders:write
POST /payout  yes    yes    maxAge 300

`
