import { OptionsError } from './errors.js'
import { OAuthError } from './oauth-error.js'
import type { ResourceOptions } from './options.js'

/** A protected API that tokens are issued for (RFC 8707), with every default filled in. */
export interface Resource {
  /** As the operator wrote it; what `aud` says. */
  readonly id: string
  readonly name: string
  readonly scopes: ReadonlySet<string>
  readonly accessTokens: 'jwt' | 'opaque'
  /** Seconds; `undefined`: the rule. */
  readonly accessTokenTtl: number | undefined
  readonly algorithm: string | undefined
}

/** `https://h` and `https://h/` are one resource: clients write either. */
function comparable(id: string): string {
  const { origin, pathname, search } = new URL(id)
  return origin === 'null' ? id : origin + (pathname === '/' ? '' : pathname) + search
}

function prepareResource(
  id: string,
  options: ResourceOptions,
  scopes: ReadonlyMap<string, string>,
): Resource {
  if (!URL.canParse(id) || id.includes('#')) {
    throw new OptionsError(`the resource "${id}" is not an absolute URI without a fragment`)
  }
  const unknown = options.scopes?.find((scope) => !scopes.has(scope))
  if (unknown !== undefined) {
    throw new OptionsError(`the scope "${unknown}" of the resource "${id}" is not in "scopes"`)
  }
  return {
    id,
    name: options.name ?? (new URL(id).host || id),
    scopes: new Set(options.scopes ?? scopes.keys()),
    accessTokens: options.accessTokens ?? 'jwt',
    accessTokenTtl: options.accessTokenTtl,
    algorithm: options.algorithm,
  }
}

/** Prepares the resources of the operator, and the server itself as one. */
export function prepareResources(
  issuer: string,
  resources: Readonly<Record<string, ResourceOptions>>,
  scopes: ReadonlyMap<string, string>,
  algorithms: readonly string[],
): ReadonlyMap<string, Resource> {
  const prepared = new Map<string, Resource>()
  for (const [id, options] of Object.entries({ [issuer]: {}, ...resources })) {
    const resource = prepareResource(id, options, scopes)
    const { algorithm } = resource
    if (algorithm !== undefined && !algorithms.includes(algorithm)) {
      throw new OptionsError(`the resource "${id}" asks for ${algorithm}, which no key signs with`)
    }
    prepared.set(comparable(id), resource)
  }
  return prepared
}

/**
 * Finds the resources that a request names (RFC 8707 §2).
 *
 * @throws {OAuthError} `invalid_target` for a relative URI, one with a fragment, or an unknown one.
 */
export function findResources(
  resources: ReadonlyMap<string, Resource>,
  names: readonly string[],
): Resource[] {
  const found = names.map((name) => {
    const isUri = URL.canParse(name) && !name.includes('#')
    const resource = isUri ? resources.get(comparable(name)) : undefined
    if (resource === undefined) {
      throw new OAuthError('invalid_target', 'the resource is unknown, or not an absolute URI')
    }
    return resource
  })
  return [...new Set(found)]
}
