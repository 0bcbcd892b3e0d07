import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The part of a tap test that this needs. */
interface Test {
  test(name: string, run: (t: Test) => Promise<void>): Promise<unknown>
  equal(found: unknown, wanted: unknown, message?: string): unknown
  not(found: unknown, wanted: unknown, message?: string): unknown
}

interface Fence {
  readonly line: number
  readonly code: string
}

/**
 * Type-checks and runs every `ts` fence of a Markdown file, each as a program of its own that must
 * end by itself with exit code 0. They resolve imports as the package around the file does, from
 * what is built.
 *
 * @param file Such as `new URL('../README.md', import.meta.url)`.
 */
export async function testFences(t: Test, file: URL): Promise<void> {
  const path = fileURLToPath(file)
  const fences = findFences(await readFile(path, 'utf8'))
  t.not(fences.length, 0, `${basename(path)} has fences`)
  const folder = join(dirname(path), '.fences', basename(path, '.md'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await Promise.all(fences.map((fence) => writeFile(sourceOf(folder, fence), fence.code)))
  const faults = compile(fences.map((fence) => sourceOf(folder, fence)))
  for (const fence of fences) {
    await t.test(`${basename(path)}:${fence.line} compiles and runs`, async (t) => {
      const source = sourceOf(folder, fence)
      t.equal((faults.get(source) ?? []).join('\n'), '', 'no compile errors')
      t.equal(await run(source.replace(/ts$/, 'js')), '', 'exit code 0')
    })
  }
  await rm(folder, { recursive: true, force: true })
}

function sourceOf(folder: string, fence: Fence): string {
  return join(folder, `line-${fence.line}.ts`)
}

function findFences(markdown: string): Fence[] {
  const fences: Fence[] = []
  let open: { line: number; code: string[] } | null = null
  markdown.split('\n').forEach((text, index) => {
    if (open === null && text.trimEnd() === '```ts') open = { line: index + 1, code: [] }
    else if (open !== null && text.startsWith('```')) {
      fences.push({ line: open.line, code: `${open.code.join('\n')}\nexport {}\n` })
      open = null
    } else open?.code.push(text)
  })
  return fences
}

function compile(files: readonly string[]): Map<string, string[]> {
  const program = ts.createProgram([...files], {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  })
  program.emit()
  const faults = new Map<string, string[]>()
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const file = diagnostic.file?.fileName ?? files[0] ?? ''
    const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')
    faults.set(file, [...(faults.get(file) ?? []), `line ${line + 1} of the fence: ${text}`])
  }
  return faults
}

function run(file: string): Promise<string> {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const shown = `${relative(process.cwd(), file)}\n${stdout}${stderr}`
      resolve(error === null ? '' : `${error.message}\n${shown}`)
    })
  })
}
