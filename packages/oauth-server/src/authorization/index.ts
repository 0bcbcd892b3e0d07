import { checkRepeated, type Params, splitList } from '../params.js'
import { findResources } from '../resources.js'
import type { Server } from '../server.js'
import type { AuthorizationRequest, Target } from './authorization-request.js'
import { checkClaims } from './claims.js'
import { findClient } from './client.js'
import { checkDpopKey } from './dpop-key.js'
import { checkIdTokenHint } from './id-token-hint.js'
import { checkLengths } from './lengths.js'
import { checkMaxAge } from './max-age.js'
import { checkPkce } from './pkce.js'
import { checkPrompt } from './prompt.js'
import { checkRedirectUri } from './redirect-uri.js'
import { checkRequestObject } from './request-object.js'
import { checkResponseMode, readResponseMode } from './response-mode.js'
import { checkResponseType } from './response-type.js'
import { checkScopes } from './scope.js'

/**
 * Finds out where the answer goes. What is wrong here is shown to the user and never redirected.
 *
 * @throws {OAuthError}
 */
export async function findTarget(server: Server, params: Params): Promise<Target> {
  const client = await findClient(server, params)
  const redirectUri = checkRedirectUri(client, params)
  const state = params.repeated.has('state') ? undefined : params.get('state')
  return { client, redirectUri, responseMode: readResponseMode(params), state }
}

/**
 * The table of checks, in order. What is wrong here is answered to the client.
 *
 * @throws {OAuthError}
 */
export function checkRequest(server: Server, target: Target, params: Params): AuthorizationRequest {
  const { client } = target
  checkRepeated(params)
  checkLengths(params)
  checkRequestObject(params)
  checkResponseType(client, params)
  checkResponseMode(params)
  return {
    ...target,
    scopes: checkScopes(server, client, splitList(params.get('scope'))),
    resources: findResources(server.resources, params.all('resource')),
    challenge: checkPkce(client, params),
    prompt: checkPrompt(params),
    maxAge: checkMaxAge(params) ?? client.defaultMaxAge,
    acrValues: splitList(params.get('acr_values')),
    nonce: params.get('nonce') ?? null,
    claims: checkClaims(params),
    hintedSubject: checkIdTokenHint(server, client, params),
    dpopKey: checkDpopKey(params),
    loginHint: params.get('login_hint'),
    uiLocales: splitList(params.get('ui_locales')),
  }
}
