/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/platform.test.ts > TAP > what every route asks for > must match snapshot 1`] = `
METHODS                                       URL                                            ACCESS    MECHANISMS               REQUIREMENTS                                     REVOKED WITHIN  DECIDED BY
GET, HEAD                                     /                                              optional  session                  -                                                10 s            route
GET, HEAD                                     /.well-known/jwks.json                         public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/oauth-authorization-server/id     public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/oauth-authorization-server/oauth  public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/oauth-protected-resource/api      public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/oauth-protected-resource/id       public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/oauth-protected-resource/oauth    public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/openid-configuration/id           public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /.well-known/openid-configuration/oauth        public    -                        -                                                -               route
GET, HEAD                                     /_latchkey                                     public    -                        -                                                -               route
GET, HEAD                                     /admin                                         required  session                  roles admin                                      10 s            route
POST                                          /admin/end-person                              required  session                  roles admin, maxAge 300                          10 s            route
POST                                          /admin/end-session                             required  session                  roles admin, maxAge 300                          10 s            route
POST                                          /admin/revoke-key                              required  session                  roles admin, maxAge 300                          10 s            route
GET, HEAD                                     /api/admin                                     required  session | jwt | api-key  roles admin                                      10 s            route
POST                                          /api/login                                     public    -                        -                                                -               route
POST                                          /api/logout                                    required  session                  -                                                10 s            route
GET, HEAD                                     /api/me                                        required  session | jwt | api-key  -                                                10 s            route
GET, HEAD                                     /api/orders                                    required  session | jwt | api-key  scopes orders:read                               10 s            route
POST                                          /api/orders                                    required  session | jwt | api-key  scopes orders:write                              10 s            route
DELETE                                        /api/orders/:id                                required  session | jwt | api-key  scopes orders:write, can order.cancel, resource  10 s            route
POST                                          /api/payout                                    required  session | jwt            roles buyer, maxAge 300                          10 s            route
POST                                          /api/token                                     public    -                        -                                                -               route
POST                                          /api/token/end                                 public    -                        -                                                -               route
POST                                          /api/token/refresh                             public    -                        -                                                -               route
GET, HEAD                                     /apps                                          required  session                  -                                                10 s            route
POST                                          /apps/disconnect                               required  session                  -                                                10 s            route
GET                                           /auth/northwind                                public    -                        -                                                -               route
POST                                          /auth/northwind/backchannel-logout             public    -                        -                                                -               route
GET                                           /auth/northwind/callback                       public    -                        -                                                -               route
POST                                          /auth/northwind/link                           public    -                        -                                                -               route
POST                                          /auth/northwind/logout                         public    -                        -                                                -               route
GET, HEAD, POST                               /confirm                                       required  session                  -                                                10 s            route
GET, HEAD                                     /devices                                       required  session                  -                                                10 s            route
POST                                          /devices/end                                   required  session                  maxAge 300                                       10 s            route
POST                                          /devices/end-others                            required  session                  maxAge 300                                       10 s            route
POST                                          /devices/end-tokens                            required  session                  maxAge 300                                       10 s            route
GET, HEAD                                     /health                                        public    -                        -                                                -               route
GET, HEAD                                     /icon.svg                                      public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/.well-known/oauth-authorization-server     public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/.well-known/openid-configuration           public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /id/authorize                                  public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /id/authorize/:id                              public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /id/connected-apps                             public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /id/introspect                                 public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/jwks                                       public    -                        -                                                -               route
GET, HEAD, POST                               /id/login                                      optional  northwind                -                                                10 s            route
DELETE, GET, HEAD, PATCH, POST, PUT           /id/logout                                     public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/par                                        public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/revoke                                     public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/token                                      public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /id/userinfo                                   public    -                        -                                                -               route
GET, HEAD                                     /keys                                          required  session                  -                                                10 s            route
POST                                          /keys                                          required  session                  maxAge 300                                       10 s            route
POST                                          /keys/:id/revoke                               required  session                  -                                                10 s            route
POST                                          /keys/:id/rotate                               required  session                  maxAge 300                                       10 s            route
GET, HEAD, POST                               /login                                         optional  session                  -                                                10 s            route
POST                                          /logout                                        public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/.well-known/oauth-authorization-server  public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/.well-known/openid-configuration        public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /oauth/authorize                               public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /oauth/authorize/:id                           public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /oauth/connected-apps                          public    -                        -                                                -               route
DELETE, GET, HEAD, PATCH, POST, PUT           /oauth/introspect                              public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/jwks                                    public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/par                                     public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/revoke                                  public    -                        -                                                -               route
DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT  /oauth/token                                   public    -                        -                                                -               route
GET, HEAD                                     /orders                                        required  session                  scopes orders:read                               10 s            route
POST                                          /orders                                        required  session                  scopes orders:write                              10 s            route
POST                                          /orders/:id/cancel                             required  session                  can order.cancel, resource                       10 s            route
GET, HEAD                                     /parcels                                       public    -                        -                                                -               route
GET, HEAD                                     /parcels/callback                              public    -                        -                                                -               route
POST                                          /parcels/connect                               public    -                        -                                                -               route
POST                                          /parcels/disconnect                            public    -                        -                                                -               route
POST                                          /parcels/overstep                              public    -                        -                                                -               route
POST                                          /parcels/read                                  public    -                        -                                                -               route
GET, HEAD                                     /phone                                         public    -                        -                                                -               route
POST                                          /phone/login                                   public    -                        -                                                -               route
POST                                          /phone/logout                                  public    -                        -                                                -               route
POST                                          /phone/orders                                  public    -                        -                                                -               route
POST                                          /phone/refresh                                 public    -                        -                                                -               route
POST                                          /phone/thief                                   public    -                        -                                                -               route
GET, HEAD, POST                               /register                                      optional  session                  -                                                10 s            route
GET, HEAD                                     /robot                                         public    -                        -                                                -               route
POST                                          /robot/export                                  public    -                        -                                                -               route
POST                                          /robot/order                                   public    -                        -                                                -               route
POST                                          /robot/wrong                                   public    -                        -                                                -               route
POST                                          /sign-in                                       optional  session                  -                                                10 s            route
GET, HEAD                                     /style.css                                     public    -                        -                                                -               route
GET, HEAD, POST                               /try                                           optional  session                  -                                                10 s            route

MECHANISM  TYPE     AMBIENT  REVOKED WITHIN  ALGORITHMS  OUTBOUND  AT REST
api-key    api-key  no       10 s            SHA-256     -         SHA-256 digests
jwt        jwt      no       10 s            ES256       -         in the store, sealed
northwind  session  yes      10 s            SHA-256     -         SHA-256 digests of tokens of 256 random bits
session    session  yes      10 s            SHA-256     -         SHA-256 digests of tokens of 256 random bits
`

exports[`test/platform.test.ts > TAP > which role reaches which route > must match snapshot 1`] = `
route                     buyer  admin  needs
DELETE /api/orders/:id    if 1   if 2   scopes orders:write
GET /admin                no     yes
GET /api/admin            no     yes
GET /api/me               yes    yes
GET /api/orders           yes    yes    scopes orders:read
GET /orders               yes    yes    scopes orders:read
POST /admin/end-person    no     yes    maxAge 300
POST /admin/end-session   no     yes    maxAge 300
POST /admin/revoke-key    no     yes    maxAge 300
POST /api/orders          yes    yes    scopes orders:write
POST /api/payout          yes    yes    maxAge 300
POST /devices/end         yes    yes    maxAge 300
POST /devices/end-others  yes    yes    maxAge 300
POST /devices/end-tokens  yes    yes    maxAge 300
POST /keys                yes    yes    maxAge 300
POST /keys/:id/rotate     yes    yes    maxAge 300
POST /orders              yes    yes    scopes orders:write
POST /orders/:id/cancel   if 1   if 2

if 1: the caller is the owner, unless status = "sent"
if 2: unless status = "sent"

`
