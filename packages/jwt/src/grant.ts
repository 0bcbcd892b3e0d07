import type { Json } from '@latchkey/store'

/** What an application says of the tokens that it issues. */
export interface TokenDetails {
  /** `client_id`: the application that acts. */
  readonly clientId?: string
  /** `aud`, of those that may be issued. */
  readonly audience?: string
  readonly scopes?: readonly string[]
  readonly roles?: readonly string[]
  /** When the subject last proved who they are, in seconds. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** Thumbprint of the DPoP key that the tokens are bound to. */
  readonly jkt?: string
  /** SHA-256 thumbprint of the client certificate that the tokens are bound to. */
  readonly x5t?: string
  /** Further claims; those that have an option of their own are refused. */
  readonly claims?: Readonly<Record<string, Json>>
}

/** What a login allowed, as the store keeps it. All its tokens are derived from it. */
export interface Grant {
  readonly id: string
  readonly subject: string
  readonly details: TokenDetails
  /** Of the refresh token that is valid now; each refresh adds one. */
  readonly generation: number
  /** Instants in seconds. */
  readonly createdAt: number
  readonly rotatedAt: number
  readonly expiresAt: number
  /** Why it ended before its time, or `null`. */
  readonly ended: string | null
}

/** What becomes of a grant when a refresh token of it is presented. */
export type Transition =
  | { readonly next: Grant }
  /** Used a moment ago: the same successor once more. */
  | { readonly again: Grant }
  | { readonly refused: 'ended' | 'expired' | 'unknown-generation' }
  /** A token that was replaced long ago: somebody else has it, so the grant must end. */
  | { readonly reused: Grant }

/** How long grants live. All in seconds. */
export interface GrantLives {
  readonly idleLifetime: number
  readonly grace: number
}

/** Decides about a genuine refresh token; pure. */
export function decideRefresh(
  grant: Grant,
  generation: number,
  { idleLifetime, grace }: GrantLives,
  now: number,
): Transition {
  if (grant.ended !== null) return { refused: 'ended' }
  if (now >= grant.expiresAt || now >= grant.rotatedAt + idleLifetime) return { refused: 'expired' }
  if (generation > grant.generation) return { refused: 'unknown-generation' }
  if (generation === grant.generation) {
    return { next: { ...grant, generation: generation + 1, rotatedAt: now } }
  }
  const isGrace = generation === grant.generation - 1 && now < grant.rotatedAt + grace
  return isGrace ? { again: grant } : { reused: grant }
}
