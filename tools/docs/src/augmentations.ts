import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What a package adds to the types of others, such as `app.apiKeys`: TypeDoc knows only what is
 * exported.
 *
 * @param module The package's entry point, from the root, without ending.
 * @returns Markdown, empty where it adds nothing.
 */
export function findAugmentations(root: string, module: string): string {
  const file = join(root, dirname(module), 'types.d.ts')
  if (!module.endsWith('/index') || !existsSync(file)) return ''
  const blocks = readFileSync(file, 'utf8').match(/^declare module .*?^}$/gms) ?? []
  if (blocks.length === 0) return ''
  const code = blocks.join('\n\n').replaceAll('    ', '  ')
  return `\n## What it adds to Fastify and others\n\n\`\`\`ts\n${code}\n\`\`\`\n`
}
