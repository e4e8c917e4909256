/** Brings the constructs for CDKTF up to date with those for CDK Terrain. */
export function generateCdktf(): void;
