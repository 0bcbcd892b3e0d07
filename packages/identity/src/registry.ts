import type { FastifyInstance } from 'fastify'
import type { Authorizer } from './authorizer.js'
import { Clash } from './errors.js'
import type { Mechanism } from './mechanism.js'
import { requireContract } from './require-contract.js'

/**
 * The mechanisms of one Fastify scope. A scope sees its own and its parents', as it does with
 * decorators; its siblings' it does not see.
 */
export interface MechanismRegistry {
  /**
   * @throws {Error} `LATCHKEY_IDENTITY_CLASH` when the scope already has one of that name;
   *   `LATCHKEY_IDENTITY_INVALID_MECHANISM` when it does not keep the contract.
   */
  register(mechanism: Mechanism): void
  /** @returns The mechanism, or `undefined` when neither the scope nor a parent has it. */
  find(name: string): Mechanism | undefined
  /** All that the scope sees, its own first. */
  list(): readonly Mechanism[]
  /**
   * Names who decides route requirements in this scope.
   *
   * @throws {Error} `LATCHKEY_IDENTITY_CLASH` when the scope already has an authorizer.
   */
  registerAuthorizer(authorizer: Authorizer): void
  /** @returns The nearest authorizer, or `undefined`. */
  authorizer(): Authorizer | undefined
}

interface Shelf {
  readonly mechanisms: Map<string, Mechanism>
  authorizer: Authorizer | undefined
}

const shelves = new WeakMap<object, Shelf>()

/** The registry as seen from one Fastify instance. */
export function registryOf(app: FastifyInstance): MechanismRegistry {
  return {
    register(mechanism) {
      requireContract(mechanism)
      const own = ownShelf(app).mechanisms
      if (own.has(mechanism.name)) {
        throw new Clash(
          `Cannot register the mechanism "${mechanism.name}": the name is taken; give one of them another with the option "name"`,
        )
      }
      own.set(mechanism.name, mechanism)
    },
    find(name) {
      return first(app, (shelf) => shelf.mechanisms.get(name))
    },
    list() {
      const seen = new Map<string, Mechanism>()
      first(app, (shelf) => {
        for (const [name, mechanism] of shelf.mechanisms) {
          if (!seen.has(name)) seen.set(name, mechanism)
        }
        return undefined
      })
      return [...seen.values()]
    },
    registerAuthorizer(authorizer) {
      const own = ownShelf(app)
      if (own.authorizer !== undefined) {
        throw new Clash(
          `Cannot register the authorizer "${authorizer.name}": this scope already has "${own.authorizer.name}"`,
        )
      }
      own.authorizer = authorizer
    },
    authorizer() {
      return first(app, (shelf) => shelf.authorizer)
    },
  }
}

function ownShelf(app: object): Shelf {
  let shelf = shelves.get(app)
  if (shelf === undefined) {
    shelf = { mechanisms: new Map(), authorizer: undefined }
    shelves.set(app, shelf)
  }
  return shelf
}

function first<T>(app: object, pick: (shelf: Shelf) => T | undefined): T | undefined {
  for (let scope: object | null = app; scope !== null; scope = Object.getPrototypeOf(scope)) {
    const shelf = shelves.get(scope)
    const found = shelf === undefined ? undefined : pick(shelf)
    if (found !== undefined) return found
  }
  return undefined
}
