/**
 * Configurations with actions for a Terraform that has none: each action becomes an output of its name with what its `config` comes to, and
 * triggers go. Everything else stays, so such a Terraform still makes the resources and evaluates the expressions.
 */

/** HCL in the form that `terraform fmt` gives it. */
export function hclWithoutActions(text: string): string {
  return text
    .replace(/^ *required_version = .*\n/m, "")
    .replaceAll(/^action "\w+" "(\w+)" \{\n {2}config \{/gm, 'output "$1" {\n  value = {')
    .replaceAll(/^ {4}action_trigger \{\n[^}]*\}\n/gm, "");
}

interface Configuration {
  readonly action?: Readonly<Record<string, Readonly<Record<string, { readonly config: unknown }>>>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly terraform?: Readonly<Record<string, unknown>>;
}

/** The JSON of a stack. Its state file is where the stack was synthesized, so the backend goes too. */
export function jsonWithoutActions(configuration: Configuration): object {
  const {
    action = {},
    resource = {},
    terraform: { backend: _, required_version: __, ...terraform } = {},
  } = configuration;
  const outputs = Object.values(action).flatMap((named) =>
    Object.entries(named).map(([name, { config }]) => [name, { value: config }] as const),
  );
  return {
    ...configuration,
    action: undefined,
    terraform,
    output: Object.fromEntries(outputs),
    resource: mapped(resource, (named) => mapped(named, ({ lifecycle: _, ...block }) => block)),
  };
}

/** The JSON of a stack as it is, but with its state file in the working folder. */
export function jsonWithoutBackend({ terraform: { backend: _, ...terraform } = {}, ...rest }: Configuration): object {
  return { ...rest, terraform };
}

function mapped<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
