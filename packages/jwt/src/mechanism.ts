import {
  type CredentialShape,
  type CredentialSource,
  type Mechanism,
  type MechanismReport,
  readAuthorization,
} from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import type { Admit } from './admission.js'
import type { PresentedToken } from './possession.js'
import { refuseToken } from './refusals.js'

/** What a bearer mechanism is made of. */
export interface BearerMechanismOptions {
  readonly name: string
  /** Which bearer credentials are its own; absent: those that are no other mechanism's. */
  readonly shape?: CredentialShape
  readonly isDpopOffered: boolean
  readonly admit: Admit
  readonly challenge: Mechanism['challenge']
  readonly bearerFormat: string
  readonly description: string
  describe(): MechanismReport
}

function readPresented(request: FastifyRequest, isDpopOffered: boolean): PresentedToken | null {
  const bearer = readAuthorization(request, 'Bearer')
  if (bearer !== null) return { scheme: 'Bearer', token: bearer }
  const dpop = isDpopOffered ? readAuthorization(request, 'DPoP') : null
  return dpop === null ? null : { scheme: 'DPoP', token: dpop }
}

/** Builds a mechanism that takes tokens from the `Authorization` field, and from nowhere else. */
export function createBearerMechanism(options: BearerMechanismOptions): Mechanism {
  const { name, shape, isDpopOffered, admit, bearerFormat, description } = options
  const shaped = shape === undefined ? {} : { shape }
  const sources: CredentialSource[] = [{ in: 'authorization', scheme: 'Bearer', ...shaped }]
  if (isDpopOffered) sources.push({ in: 'authorization', scheme: 'DPoP', ...shaped })
  return {
    name,
    sources,
    ambient: false,
    authenticate(request, reply) {
      const presented = readPresented(request, isDpopOffered)
      if (presented === null) return null
      return presented.token === '' ? refuseToken('malformed') : admit(presented, request, reply)
    },
    challenge: options.challenge,
    securityScheme: { type: 'http', scheme: 'bearer', bearerFormat, description },
    describe: () => options.describe(),
  }
}
