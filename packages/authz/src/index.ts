import './types.js'

export type { AssuranceRequirement } from './assurance.js'
export type { CallerField, CallerRef } from './caller.js'
export { caller } from './caller.js'
export type { AttributeKind, Condition } from './condition.js'
export {
  and,
  contains,
  eq,
  gt,
  gte,
  isIn,
  isNull,
  isOwner,
  lt,
  lte,
  ne,
  not,
  or,
} from './condition.js'
export type { DrizzleOperators } from './drizzle.js'
export { toDrizzle } from './drizzle.js'
export type { Engine, Question } from './engine.js'
export type { Candidate, Explanation, Shortfall } from './explanation.js'
export type { FieldMask } from './fields.js'
export type { Filter, Plan } from './filter.js'
export { toPredicate } from './filter.js'
export type { KnexBuilder, KnexOptions } from './knex.js'
export { toKnex } from './knex.js'
export type { LintFinding, LintOptions } from './lint.js'
export { lintPolicy } from './lint.js'
export type { Cell, Matrix, MatrixOptions } from './matrix.js'
export type { AuthzOptions, AuthzSettings } from './options.js'
export { authz, authz as default } from './plugin.js'
export type { AnyNames, NamesOf, Policy, PolicyNames } from './policy.js'
export { definePolicy } from './policy.js'
export type { PolicyDefinition, RoleDefinition, RuleDefinition } from './policy-definition.js'
export type { PolicyReport, RuleReport } from './policy-report.js'
export type { PrismaOptions, PrismaWhere } from './prisma.js'
export { toPrisma } from './prisma.js'
export type { AuthzReport } from './report.js'
export type { ResourceType } from './resource-type.js'
export type { FieldPermissions, ResourceLoader } from './route-requirements.js'
export type { Rule } from './rule.js'
export type { SqlFilter, SqlOptions } from './sql.js'
export { toSql } from './sql.js'
export type { AuthzTypes } from './types.js'
export type { DenialReason, Verdict } from './verdict.js'
