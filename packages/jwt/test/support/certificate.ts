/** A self-signed certificate for localhost, and its key; of no use but for tests. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUTIDRF73FQypHgKRCBEK2yyQsrFgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDEwNDMzNloYDzIxMjYxMDMx
MTA0MzM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQo4dO0uEw/sFUzlAGiO2nE4j8yB7ckRdOCP7avU1IswOrXlfyp/Z9P
iTHt9C2IDq+Ahnqaq+HBZZla7pVVi0Nho28wbTAdBgNVHQ4EFgQUB5TKoKjqF9Og
zaeQkgApTByTHAswHwYDVR0jBBgwFoAUB5TKoKjqF9OgzaeQkgApTByTHAswDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgC6eTkA05daeJIiVGlr8FCxAoc2pLsK27L2Rs9UjuVvQCIQCe
LjNs2pYuJDJfzxlEX9prcLZJDZiAmv49sx9m2E6plw==
-----END CERTIFICATE-----`

/** The private key of {@link certificate}. */
export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6fkbPqqXHP54yPyh
7Yd6g0QaqSY5WhSoXqTjGjfZxfihRANCAAQo4dO0uEw/sFUzlAGiO2nE4j8yB7ck
RdOCP7avU1IswOrXlfyp/Z9PiTHt9C2IDq+Ahnqaq+HBZZla7pVVi0Nh
-----END PRIVATE KEY-----`
