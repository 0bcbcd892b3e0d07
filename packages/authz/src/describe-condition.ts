import { type CallerRef, isCallerRef } from './caller.js'
import { nameOf } from './check-condition.js'
import type { ConditionNode } from './condition.js'

const SIGNS = { eq: '=', ne: '≠', lt: '<', lte: '≤', gt: '>', gte: '≥' } as const

/** Writes a condition in words, such as `ownerId = caller.subject and not status in ["draft"]`. */
export function describeCondition(node: ConditionNode): string {
  switch (node.op) {
    case 'and':
    case 'or':
      if (node.conditions.length === 0) return node.op === 'and' ? 'always' : 'never'
      return node.conditions.map((each) => inBrackets(each, node.op)).join(` ${node.op} `)
    case 'not':
      return `not ${inBrackets(node.condition, 'not')}`
    case 'isOwner':
      return 'the caller is the owner'
    case 'isNull':
      return `${nameOf(node.left)} is null`
    case 'in':
      return `${nameOf(node.left)} in ${describeOperand(node.values)}`
    case 'contains':
      return `${nameOf(node.left)} contains ${describeOperand(node.value)}`
    default:
      return `${nameOf(node.left)} ${SIGNS[node.op]} ${describeOperand(node.value)}`
  }
}

function inBrackets(node: ConditionNode, within: 'and' | 'or' | 'not'): string {
  const isCompound = (node.op === 'and' || node.op === 'or') && node.op !== within
  return isCompound && node.conditions.length > 1
    ? `(${describeCondition(node)})`
    : describeCondition(node)
}

function describeOperand(value: unknown): string {
  return isCallerRef(value) ? nameOf(value as CallerRef) : JSON.stringify(value)
}
