import type * as z from 'zod/v4/core'

/** The field that is wrong, as a dotted path, and what is wrong with it. */
export function whereAndWhat(issues: readonly z.$ZodIssue[]): { field: string; problem: string } {
  const [issue] = issues
  if (issue === undefined) return { field: '', problem: 'does not fit' }
  const path = issue.path.map(String)
  if (issue.code === 'invalid_union') {
    const branch = nearestBranch(issue.errors)
    if (branch !== undefined) {
      const inner = whereAndWhat(branch)
      return {
        field: [...path, ...(inner.field === '' ? [] : [inner.field])].join('.'),
        problem: inner.problem,
      }
    }
  }
  return {
    field: path.join('.'),
    problem: issue.message === 'Invalid input' ? describe(issue) : issue.message,
  }
}

/** Of a union's branches the one that was meant: its fixed values fit, and the least is wrong with it. */
function nearestBranch(branches: readonly (readonly z.$ZodIssue[])[]): readonly z.$ZodIssue[] | undefined {
  const wrongness = (issues: readonly z.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'invalid_value' ? 100 : 1), 0)
  return branches.filter((branch) => branch.length > 0).toSorted((a, b) => wrongness(a) - wrongness(b))[0]
}

/** zod/mini ships without words; these few say enough. */
function describe(issue: z.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? `missing, expected ${issue.expected}` : `expected ${issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(String(value))).join(' or ')}`
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
    default:
      return `does not fit (${issue.code})`
  }
}
