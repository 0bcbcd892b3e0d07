import { InvalidPolicy } from './errors.js'

const SEGMENT = /^[A-Za-z0-9_:-]+$/

/**
 * Splits a permission such as `document.edit`, or a pattern such as `document.*`, into segments.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` when a segment is empty, or holds `*` beside
 *   something else.
 */
export function parsePermission(text: unknown, where: string): readonly string[] {
  const segments = typeof text === 'string' ? text.split('.') : []
  if (segments.length > 0 && segments.every((each) => each === '*' || SEGMENT.test(each))) {
    return segments
  }
  throw new InvalidPolicy(
    `Cannot read ${where}: "${String(text)}" is not a permission; write segments of letters, digits, "_", ":" and "-" with dots between, such as "document.edit", "document.*" or "*"`,
  )
}

/** Whether a permission stands for more than itself. */
export function isPattern(text: string): boolean {
  return text.split('.').includes('*')
}

/** Values filed under permission patterns. */
export interface PermissionTrie<Value> {
  /** Files a value; a `*` stands for any one segment, at the end for any one or more. */
  add(pattern: readonly string[], value: Value): void
  /** The values whose pattern covers a permission. */
  match(permission: readonly string[]): Value[]
}

interface Node<Value> {
  readonly children: Map<string, Node<Value>>
  readonly here: Value[]
  /** What ends in `*` at this depth. */
  readonly rest: Value[]
}

/** Makes an empty trie. */
export function createPermissionTrie<Value>(): PermissionTrie<Value> {
  const root = createNode<Value>()
  return {
    add(pattern, value) {
      let node = root
      pattern.forEach((segment, index) => {
        if (segment === '*' && index === pattern.length - 1) node.rest.push(value)
        else node = childOf(node, segment)
      })
      if (pattern.at(-1) !== '*') node.here.push(value)
    },
    match(permission) {
      const found: Value[] = []
      walk(root, permission, 0, found)
      return found
    },
  }
}

function createNode<Value>(): Node<Value> {
  return { children: new Map(), here: [], rest: [] }
}

function childOf<Value>(node: Node<Value>, segment: string): Node<Value> {
  let child = node.children.get(segment)
  if (child === undefined) {
    child = createNode()
    node.children.set(segment, child)
  }
  return child
}

function walk<Value>(
  node: Node<Value>,
  permission: readonly string[],
  depth: number,
  found: Value[],
): void {
  if (depth === permission.length) {
    found.push(...node.here)
    return
  }
  found.push(...node.rest)
  for (const segment of [permission[depth] as string, '*']) {
    const child = node.children.get(segment)
    if (child !== undefined) walk(child, permission, depth + 1, found)
  }
}
