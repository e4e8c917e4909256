/** The executable, whose name Terraform goes by. */
export const executable: string;
/** Makes the executable, unless what it is made of is older. */
export function buildTerraformProvider(): Promise<void>;
