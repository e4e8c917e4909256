/** Brings the generated evaluator up to date; true where it was written. */
export function generateJsonata(): boolean;
