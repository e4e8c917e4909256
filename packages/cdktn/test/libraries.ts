import * as forCdktn from "@pawl/cdktn";
import * as forCdktf from "@pawl/cdktn/cdktf";
import * as cdktf from "cdktf";
import * as cdktn from "cdktn";

export type Library = Omit<typeof cdktn, "default"> & Omit<typeof forCdktn, "default">;

/**
 * The two libraries with the constructs for each. The types are those of cdktn: the constructs for cdktf are made of the same
 * source, and the compiler has checked them against cdktf's types.
 */
export const libraries: readonly (readonly [string, Library])[] = [
  ["cdktn", { ...cdktn, ...forCdktn }],
  ["cdktf", { ...cdktf, ...forCdktf } as unknown as Library],
];
