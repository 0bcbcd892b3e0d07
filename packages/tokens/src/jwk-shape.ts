/** A JSON Web Key (RFC 7517) with the members that mean something to us. */
export interface Jwk {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct'
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly k?: string
  readonly d?: string
  readonly p?: string
  readonly q?: string
  readonly dp?: string
  readonly dq?: string
  readonly qi?: string
}
