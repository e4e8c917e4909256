/**
 * How configurations name this provider (`source` in `required_providers`). The host is nobody's and never will be, so nobody else can offer a
 * provider under this name; Terraform finds it in a mirror on this machine.
 */
export const SOURCE_ADDRESS = "pawl.internal/pawl/aws";
