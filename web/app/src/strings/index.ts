import { en } from "@/strings/en";

/** Every word that the app shows. A second language is a second file of this shape. */
export type Strings = typeof en;

export const strings: Strings = en;
