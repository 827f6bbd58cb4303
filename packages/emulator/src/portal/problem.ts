/** What is wrong with something that the portal was asked to do: the field, and the rule it breaks. */
export interface Problem {
  field: string
  rule: string
}

/** Thrown before anything is changed. The JSON API answers it as 400, the pages show it beside the form. */
export class PortalProblem extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ field, rule }) => `${field}: ${rule}`).join('; '))
    this.problems = problems
  }
}

/** One problem, to be thrown. */
export function problem(field: string, rule: string): PortalProblem {
  return new PortalProblem([{ field, rule }])
}
