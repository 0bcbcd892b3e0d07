import { setFlagsFromString } from 'node:v8'
import { createMongoAbility, subject } from '@casl/ability'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { definePolicy, eq, isOwner } from '@latchkey/authz'
import { createIdentity, type Identity } from '@latchkey/identity'
import { newEnforcer, newModelFromString } from 'casbin'

/** What the engines are asked about. */
interface Thing {
  readonly id: string
  readonly ownerId: string
  readonly status: string
}

/** A question, and its answer as a condition written by hand gives it. */
interface Question {
  readonly identity: Identity
  readonly role: string
  readonly type: string
  readonly action: string
  readonly permission: `${string}.${string}`
  readonly thing: Thing
}

/** One way of answering. */
export interface Contender {
  readonly name: string
  /** Answers the question of that number. */
  decide(at: number): boolean
}

/** Contenders, and how many questions there are. */
export interface Contest {
  readonly contenders: readonly Contender[]
  readonly questions: number
}

const ACTIONS = ['read', 'edit', 'share', 'move', 'drop']
const ROLES = ['editor', 'admin', 'guest']

/**
 * Makes the same policy for everybody: each permission has two rules, editors may where they are
 * the owner, admins where the thing is open. Everybody answers every question alike, or this throws.
 *
 * @param rules How many; a multiple of 10.
 */
export async function createContest(rules: number): Promise<Contest> {
  const types = Array.from({ length: rules / 10 }, (_, at) => `type${at}`)
  const questions = createQuestions(types)
  const contenders = [
    byHand(types, questions),
    ours(types, questions),
    casl(types, questions),
    await casbin(types, questions),
    byCedar(types, questions),
  ]
  questions.forEach((question, at) => {
    const answers = contenders.map((each) => each.decide(at))
    if (new Set(answers).size > 1) {
      throw new Error(`They disagree about ${question.permission}: ${answers.join(', ')}`)
    }
  })
  return { contenders, questions: questions.length }
}

function createQuestions(types: readonly string[]): Question[] {
  const callers = ROLES.map((role, at) =>
    createIdentity({
      subject: `u${at}`,
      issuer: 'app',
      kind: 'user',
      mechanism: 'session',
      credentialId: `s${at}`,
      roles: [role],
    }),
  )
  return Array.from({ length: 240 }, (_, at) => {
    const type = types[(at * 7) % types.length] as string
    const action = ACTIONS[at % ACTIONS.length] as string
    const identity = callers[at % callers.length] as Identity
    const thing = { id: `x${at}`, ownerId: `u${at % 2}`, status: at % 3 === 0 ? 'open' : 'closed' }
    const role = ROLES[at % ROLES.length] as string
    return { identity, role, type, action, permission: asLiteral(`${type}.${action}`), thing }
  })
}

/** Makes of a text that was put together what it is in a program: one that is known by address. */
function asLiteral<Text extends string>(text: Text): Text {
  return Object.keys({ [text]: true })[0] as Text
}

/** What a programmer would write: one case for every permission. */
function byHand(types: readonly string[], questions: readonly Question[]): Contender {
  const cases = types.flatMap((type) =>
    ACTIONS.map(
      (action) => `case '${type}.${action}':
        return (who.roles.has('editor') && thing.ownerId === who.subject) ||
          (who.roles.has('admin') && thing.status === 'open')`,
    ),
  )
  const source = `switch (permission) { ${cases.join('\n')}\ndefault: return false }`
  const can = new Function('who', 'permission', 'thing', source) as (
    who: Identity,
    permission: string,
    thing: Thing,
  ) => boolean
  return {
    name: 'by hand',
    decide(at) {
      const { identity, permission, thing } = questions[at] as Question
      return can(identity, permission, thing)
    },
  }
}

function ours(types: readonly string[], questions: readonly Question[]): Contender {
  const type = {
    actions: ACTIONS,
    attributes: { id: 'string', ownerId: 'string', status: 'string' },
    owner: 'ownerId',
  } as const
  const policy = definePolicy({
    resources: Object.fromEntries(types.map((name) => [name, type])),
    rules: types.flatMap((name) =>
      ACTIONS.flatMap((action) => [
        { allow: `${name}.${action}`, to: 'editor', when: isOwner() },
        { allow: `${name}.${action}`, to: 'admin', when: eq('status', 'open') },
      ]),
    ),
  })
  return {
    name: 'Latchkey',
    decide(at) {
      const { identity, permission, thing } = questions[at] as Question
      return policy.can(identity, permission, thing)
    },
  }
}

/** One ability per caller, with the caller's rules alone; every thing is marked beforehand. */
function casl(types: readonly string[], questions: readonly Question[]): Contender {
  const abilities = new Map(
    ROLES.map((role, at) => {
      const conditions = role === 'editor' ? { ownerId: `u${at}` } : { status: 'open' }
      const rules = types.flatMap((type) =>
        ACTIONS.map((action) => ({ action, subject: type, conditions })),
      )
      return [role, createMongoAbility(role === 'guest' ? [] : rules)]
    }),
  )
  const marked = questions.map(({ type, thing }) => subject(type, { ...thing }))
  return {
    name: 'CASL 7',
    decide(at) {
      const { role, action } = questions[at] as Question
      return abilities.get(role)?.can(action, marked[at] as never) ?? false
    },
  }
}

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = role, type, act, way
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub.role == p.role && r.obj.type == p.type && r.act == p.act && ((p.way == "own" && r.obj.ownerId == r.sub.subject) || (p.way == "open" && r.obj.status == "open"))
`

async function casbin(
  types: readonly string[],
  questions: readonly Question[],
): Promise<Contender> {
  const enforcer = await newEnforcer(newModelFromString(MODEL))
  await enforcer.addPolicies(
    types.flatMap((type) =>
      ACTIONS.flatMap((action) => [
        ['editor', type, action, 'own'],
        ['admin', type, action, 'open'],
      ]),
    ),
  )
  return {
    name: 'casbin',
    decide(at) {
      const { identity, role, type, action, thing } = questions[at] as Question
      return enforcer.enforceSync({ role, subject: identity.subject }, { ...thing, type }, action)
    },
  }
}

// V8 of Node 20 ends the process ("unreachable code" in its deoptimizer) when it has inlined a call
// into WebAssembly that returns an object, and must take it back.
setFlagsFromString('--no-turbo-inline-js-wasm-calls')

/** With the policies parsed beforehand. */
function byCedar(types: readonly string[], questions: readonly Question[]): Contender {
  const policies = types.flatMap((type) =>
    ACTIONS.flatMap((action) => [
      `permit(principal in Role::"editor", action == Action::"${action}", resource is ${type}) when { resource.ownerId == principal.subject };`,
      `permit(principal in Role::"admin", action == Action::"${action}", resource is ${type}) when { resource.status == "open" };`,
    ]),
  )
  const preparsedPolicySetId = `bench-${types.length}`
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, {
    staticPolicies: policies.join('\n'),
  })
  if (parsed.type !== 'success') throw new Error('Cedar cannot read the policies')
  const calls = questions.map(({ identity, role, type, action, thing }) => {
    const principal = { type: 'User', id: identity.subject }
    const resource = { type, id: thing.id }
    return {
      principal,
      action: { type: 'Action', id: action },
      resource,
      context: {},
      preparsedPolicySetId,
      entities: [
        {
          uid: principal,
          attrs: { subject: identity.subject },
          parents: [{ type: 'Role', id: role }],
        },
        { uid: resource, attrs: { ownerId: thing.ownerId, status: thing.status }, parents: [] },
      ],
    }
  })
  return {
    name: 'Cedar (wasm)',
    decide(at) {
      const answer = cedar.statefulIsAuthorized(calls[at] as cedar.StatefulAuthorizationCall)
      return answer.type === 'success' && answer.response.decision === 'allow'
    },
  }
}
