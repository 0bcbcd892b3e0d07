/**
 * The floors of the house: a package imports only from floors below its own, and rooms never from
 * each other. Within floor 1, `tokens` may build on `store`.
 */
const FLOORS = [
  ['store'],
  ['tokens'],
  ['identity'],
  ['store-redis', 'store-postgres'],
  ['api-key', 'session', 'jwt', 'oauth-client', 'oauth-server', 'authz'],
  ['auth'],
  ['cli'],
]

/** What each package may import of ours. */
const ALLOWED = {
  store: [],
  tokens: ['store'],
  identity: [],
  'store-redis': ['store'],
  'store-postgres': ['store'],
  'api-key': ['identity', 'store', 'tokens'],
  session: ['identity', 'store', 'tokens'],
  jwt: ['identity', 'store', 'tokens'],
  'oauth-client': ['identity', 'store', 'tokens'],
  'oauth-server': ['identity', 'store', 'tokens'],
  authz: ['identity'],
  auth: ['identity'],
  cli: FLOORS.flat().filter((name) => name !== 'cli'),
}

const floors = Object.entries(ALLOWED).map(([name, allowed]) => ({
  name: `floor-of-${name}`,
  comment: `packages/${name} may import ${allowed.join(', ') || 'no other package of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^(node_modules/@latchkey|packages|tools|examples|bench)/',
    pathNot: [`^packages/${name}/src/`, ...allowed.map((each) => `^packages/${each}/`)],
  },
}))

module.exports = {
  forbidden: [
    ...floors,
    {
      name: 'no-cycles',
      comment: 'Cycles hide which part can be understood first; type cycles too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-deep-imports',
      comment: 'Import what a package names in its exports.',
      severity: 'error',
      from: { path: '^(packages|examples|bench|tools)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/(src|test)/', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-undeclared',
      comment: 'A package declares what it imports.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        // An optional peer counts as declared and as undeclared: it is in peerDependenciesMeta, too.
        dependencyTypesNot: ['npm-peer'],
      },
    },
    {
      name: 'no-unresolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['\\.fences/', '\\.tap/', '/test/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
}
