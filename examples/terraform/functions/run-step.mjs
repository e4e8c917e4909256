/** Does a step of a workflow: { step, workflow_id, folder } gives what came of it. */
export async function handler({ step, workflow_id, folder }) {
  return { file: `${folder}/${workflow_id}-${step}.json`, characters: step.length };
}
