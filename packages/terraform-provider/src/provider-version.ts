/** The version of this package; the build checks that it is what package.json says. */
export const VERSION = "0.1.0";
