import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { scopesOf } from '../app/find-scope.js'
import { watchedOf } from '../app/watched-app.js'
import { appOptions, appPlace, withApp } from '../app/with-app.js'
import { type Answer, type Call, type Command, isSet, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { exitCodes } from '../exit-codes.js'
import { table } from '../table.js'
import { diff } from './diff.js'

interface Report {
  readonly text: string
  readonly data: unknown
}

/** What can be said of an application that decides by hooks of its own. */
function reportWithoutAuth(app: FastifyInstance): Report {
  const rows = new Map<string, { methods: Set<string>; url: string; access: string }>()
  for (const { methods, url, hasHooks } of watchedOf(app).routes) {
    const access = hasHooks ? 'hooks of its own' : 'undecided'
    const key = `${url} ${access}`
    const row = rows.get(key) ?? { methods: new Set<string>(), url, access }
    for (const method of methods) row.methods.add(method)
    rows.set(key, row)
  }
  const routes = [...rows.entries()]
    .sort(([one], [other]) => Number(one > other) - Number(one < other))
    .map(([, { methods, url, access }]) => ({ methods: [...methods].sort(), url, access }))
  const cells = routes.map(({ methods, url, access }) => [methods.join(', '), url, access])
  return {
    text: table([['methods', 'url', 'access'], ...cells]),
    data: { routes, mechanisms: [] },
  }
}

function reportOf(app: FastifyInstance, call: Call): Report {
  const guarded = scopesOf(app).filter((scope) => scope.hasDecorator('authReport'))
  const outermost = guarded.filter(
    (scope, index) => guarded.findIndex((each) => each.authReport === scope.authReport) === index,
  )
  if (outermost.length === 0) {
    call.io.note(
      '@latchkey/auth is not registered: who may call what, hooks decide by themselves.\n',
    )
    return reportWithoutAuth(app)
  }
  const reports = outermost.map((scope) => scope.authReport())
  return {
    text: outermost.map((scope) => scope.printAuth()).join('\n\n'),
    data: {
      routes: reports.flatMap(({ routes }) => routes),
      mechanisms: reports.flatMap(({ mechanisms }) => mechanisms),
    },
  }
}

async function check(call: Call, path: string, report: Report): Promise<Answer> {
  const file = resolve(call.io.cwd, path)
  const now = report.text
  if (isSet(call, 'update')) {
    try {
      await writeFile(file, `${now}\n`)
    } catch (error) {
      throw new CommandError('LATCHKEY_CLI_REFUSED', `Cannot write the file: ${messageOf(error)}`)
    }
    return { text: `Wrote "${path}".`, data: { snapshot: path, written: true } }
  }
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before === null) throw usage(`Cannot read "${path}": write it with --update first`)
  const changes = diff(before.trimEnd().split('\n'), now.split('\n'))
  if (changes.length === 0) {
    return { text: `"${path}" is up to date.`, data: { snapshot: path, matches: true } }
  }
  return {
    text: `"${path}" differs:\n${changes.join('\n')}`,
    data: { snapshot: path, matches: false, changes },
    exitCode: exitCodes.negative,
  }
}

/** `report` */
export const report: Command = {
  name: 'report',
  says: 'Print every route of an application, the mechanisms it accepts and what it asks for.',
  args: [{ name: 'app', isOptional: true, says: 'The module, in place of --app.' }],
  options: {
    ...appOptions,
    check: {
      value: 'file',
      says: 'Compare the table with this snapshot; exit code 1 if it differs.',
    },
    update: { says: 'Write the snapshot of --check instead of comparing.' },
  },
  examples: [
    'latchkey report ./dist/app.js',
    'latchkey report ./dist/app.js --check routes.txt --update',
    'latchkey report ./dist/app.js --check routes.txt',
  ],
  async run(call) {
    const file = textOf(call, 'check')
    if (file === undefined && isSet(call, 'update')) throw usage('--update needs --check')
    const place = appPlace(call, call.args[0])
    const made = await withApp(call.io, place, async (app) => reportOf(app, call))
    return file === undefined ? made : check(call, file, made)
  },
}
