/**
 * A result that is there, or will be. What does not wait gives the first: the way of an operation through a run is long, and a
 * promise at each stage of it would cost an explored run a tenth of its time.
 */
export type Soon<Result> = Result | Promise<Result>

/** Goes on with a result: at once if it is there. */
export const andThen = <Result, Next>(result: Soon<Result>, goOn: (result: Result) => Soon<Next>): Soon<Next> =>
  result instanceof Promise ? result.then(goOn) : goOn(result)
