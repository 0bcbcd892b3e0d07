import { appOptions, appPlace, withApp } from '../app/with-app.js'
import { type Answer, type Call, type Command, isSet } from '../command.js'
import { examineApp } from '../doctor/examine-app.js'
import { examineIssuer } from '../doctor/examine-issuer.js'
import { type Finding, fault } from '../doctor/finding.js'
import { overNetwork } from '../doctor/transport.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { exitCodes } from '../exit-codes.js'

function resourcesOf(call: Call): readonly string[] {
  const resources = (call.options.resource ?? []) as readonly string[]
  const strange = resources.find((each) => !URL.canParse(each))
  if (strange === undefined) return resources
  throw usage(`Cannot read --resource: "${strange}" is no URL`)
}

async function ofIssuer(call: Call, issuer: string): Promise<Finding[]> {
  if (!URL.canParse(issuer)) throw usage(`Cannot examine "${issuer}": it is no URL`)
  const resources = resourcesOf(call)
  const ask = overNetwork
  const findings = await examineIssuer({ ask, issuer, resources, now: call.io.now() })
  if (findings !== null) return findings
  throw new CommandError('LATCHKEY_CLI_UNREACHABLE', `Cannot reach "${issuer}": nothing answers`)
}

/** What kept an application from starting, where one of ours says what to write. */
function refusedStart(error: unknown): Finding {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } }
  const code = String(cause?.code)
  const isOurs = code.startsWith('LATCHKEY_') && !code.endsWith('_UNAVAILABLE')
  if (!isOurs) throw error
  const id = code.toLowerCase().replaceAll('_', '-')
  return fault(id, messageOf(error), 'Its message says what to write')
}

async function ofApp(call: Call): Promise<Finding[]> {
  const place = appPlace(call, call.args[0])
  const resources = resourcesOf(call)
  const before = Object.entries(process.env).filter(([name]) => name === 'NODE_ENV')
  if (isSet(call, 'production')) process.env.NODE_ENV = 'production'
  try {
    const now = call.io.now()
    return await withApp(call.io, place, (app) => examineApp(app, { resources, now }))
  } catch (error) {
    return [refusedStart(error)]
  } finally {
    delete process.env.NODE_ENV
    Object.assign(process.env, Object.fromEntries(before))
  }
}

function answerOf(call: Call, target: string, findings: readonly Finding[]): Answer {
  const faults = findings.filter(({ level }) => level === 'fault')
  const advised = findings.filter(({ level }) => level === 'advice')
  const lines = [...faults, ...advised].map(
    ({ id, level, found, mend }) =>
      `${level.toUpperCase().padEnd(6)}  ${id}\n        ${found}\n        Mend: ${mend}`,
  )
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}, ${advised.length} advice`
  const isBad = faults.length > 0 || (isSet(call, 'strict') && advised.length > 0)
  return {
    text: [...lines, `${target}: ${count}`].join('\n\n'),
    data: { target, faults: faults.length, advice: advised.length, findings },
    exitCode: isBad ? exitCodes.negative : exitCodes.ok,
  }
}

/** `doctor` */
export const doctor: Command = {
  name: 'doctor',
  says: 'Examine an authorization server or an application, and say how to mend it.',
  details: `An issuer is asked over the network as a strict client asks: metadata, keys, the token endpoint
with what it must refuse, the authorization endpoint as an unknown client. An application is
loaded, examined, and asked the same without listening. Nothing is issued or changed.`,
  args: [
    {
      name: 'issuer|app',
      isOptional: true,
      says: 'The URL of an issuer, or the module in place of --app.',
    },
  ],
  options: {
    ...appOptions,
    resource: {
      value: 'url',
      multiple: true,
      says: 'A protected resource of the issuer, to be examined too.',
    },
    production: { says: 'Load the application with NODE_ENV=production.' },
    strict: { says: 'Advice counts as a fault: exit code 1.' },
  },
  examples: [
    'latchkey doctor https://auth.example.com --resource https://api.example.com/mcp',
    'latchkey doctor ./dist/app.js --production --json',
  ],
  async run(call) {
    const [given] = call.args
    const isIssuer = given !== undefined && /^https?:\/\//i.test(given)
    const findings = isIssuer ? await ofIssuer(call, given) : await ofApp(call)
    return answerOf(call, given ?? appPlace(call).path, findings)
  },
}
