import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { Application, type ProjectReflection } from 'typedoc'
import { findAugmentations } from './augmentations.js'
import type { Page } from './page.js'
import { render } from './render.js'

interface Entry {
  /** What is imported, such as `@latchkey/session/password`. */
  readonly name: string
  /** Its declarations, from the root and without the ending. */
  readonly module: string
}

/**
 * Makes a page of every entry point of the packages, out of the doc comments of what they export.
 *
 * @param root The folder of the repository; its packages are built.
 * @param packages Names of folders in `packages/`.
 */
export async function buildReference(root: string, packages: readonly string[]): Promise<Page[]> {
  const entries = packages
    .flatMap((name) => findEntries(root, name))
    .filter(({ module }) => existsSync(join(root, `${module}.d.ts`)))
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-reference-'))
  const app = await Application.bootstrapWithPlugins({
    ...{ router: 'module', hidePageHeader: true, hideBreadcrumbs: true, useCodeBlocks: true },
    ...{ parametersFormat: 'table', interfacePropertiesFormat: 'table' },
    ...{ typeDeclarationFormat: 'table', propertyMembersFormat: 'table' },
    ...{ tableColumnSettings: { hideModifiers: true, hideInherited: true } },
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ module }) => join(root, `${module}.d.ts`)),
    tsconfig: new URL('../assets/tsconfig.json', import.meta.url).pathname,
    basePath: root,
    out: folder,
    readme: 'none',
    disableSources: true,
    logLevel: 'Error',
    skipErrorChecking: true,
  })
  await app.generateOutputs((await app.convert()) as ProjectReflection)
  const pages = entries.map(({ name, module }): Page => {
    // The pages' links to each other are relative to where they are now, so their source is that.
    const source = `${module.replace(/\/index$/, '')}.md`
    const text = readFileSync(join(folder, source), 'utf8')
    const markdown = text.replace(/^# .*$/m, `# ${name}\n${findAugmentations(root, module)}`)
    return { source, target: `reference/${name.replace('@latchkey/', '')}.html`, markdown }
  })
  rmSync(folder, { recursive: true })
  return mendAnchors(pages)
}

/** TypeDoc numbers some links to headings that come only once. */
function mendAnchors(pages: readonly Page[]): Page[] {
  const anchors = new Map(
    pages.map(({ source, markdown }) => [source, render(markdown, (href) => href).anchors]),
  )
  return pages.map((page) => ({
    ...page,
    markdown: page.markdown.replace(
      /\]\(([^)#]*)#([\w-]+)-(\d+)\)/g,
      (link, path: string, name: string, count: string) => {
        const source = path === '' ? page.source : posix.join(posix.dirname(page.source), path)
        return anchors.get(source)?.has(`${name}-${count}`) ? link : `](${path}#${name})`
      },
    ),
  }))
}

function findEntries(root: string, folder: string): Entry[] {
  const path = join(root, 'packages', folder, 'package.json')
  if (!existsSync(path)) return []
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
    name: string
    exports: Record<string, { types?: string } | string>
  }
  return Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === 'string' || target.types === undefined
      ? []
      : [
          {
            name: join(manifest.name, subpath),
            module: join('packages', folder, target.types.replace(/\.d\.ts$/, '')),
          },
        ],
  )
}
