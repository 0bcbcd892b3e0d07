/** The claims that each scope stands for (OpenID Connect Core §5.4). */
export const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

const scopeByClaim = new Map(
  Object.entries(claimsByScope).flatMap(([scope, claims]) => claims.map((name) => [name, scope])),
)

/** Whether a claim may be told: it needs its scope, if it has one (OpenID Connect Core §5.4). */
function isAllowed(name: string, scopes: readonly string[]): boolean {
  const scope = scopeByClaim.get(name)
  return scope === undefined || scopes.includes(scope)
}

/**
 * Picks what a token may tell.
 *
 * @param claims What the application says about the user.
 * @param wanted Names; `undefined`: all that may be told.
 */
export function selectClaims(
  claims: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
  wanted?: readonly string[],
): Record<string, unknown> {
  const names = Object.keys(claims).filter(
    (name) => isAllowed(name, scopes) && (wanted === undefined || wanted.includes(name)),
  )
  return Object.fromEntries(names.map((name) => [name, claims[name]]))
}
